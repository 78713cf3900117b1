import * as z from 'zod';
import { enrollmentIdSchema } from './ids.ts';
import { civilDateSchema } from './time.ts';

const span = { from: civilDateSchema, to: civilDateSchema };

/** What a bundle holds; days are of the program's time zone, both ends included. */
export const exportScopeSchema = () =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('enrollment'), enrollment: enrollmentIdSchema }),
    z.strictObject({ kind: z.literal('program') }),
    /** Everything about the credentials issued between two days. */
    z.strictObject({ kind: z.literal('issued'), ...span }),
    /** Everyone who completed between two days. */
    z.strictObject({ kind: z.literal('completed'), ...span }),
    /** So many enrollments, drawn from the whole program by a seed that is published before: see `sample.ts`. */
    z.strictObject({ kind: z.literal('sample'), size: z.number().int().min(1), seed: z.string().min(1).max(100) }),
  ]);
export type ExportScope = z.infer<ReturnType<typeof exportScopeSchema>>;

/** As the access chain tells it: what was asked for beside whose records, which is the entry's subject. */
export function scopeFacts({ kind, ...bounds }: ExportScope): Record<string, string | number> {
  return { scope: kind, ...(kind !== 'enrollment' && bounds) };
}

/** Whose records: one enrollment, or the program. */
export const scopeSubject = (scope: ExportScope, program: string) =>
  scope.kind === 'enrollment' ? scope.enrollment : program;
