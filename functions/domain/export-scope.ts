import * as z from 'zod';
import { enrollmentIdSchema } from './ids.ts';
import { civilDateSchema } from './time.ts';

/** One enrollment, a whole program, or everything about the credentials issued between two days, both included. */
export const exportScopeSchema = /* @__PURE__ */ z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('enrollment'), enrollment: enrollmentIdSchema }),
    z.strictObject({ kind: z.literal('program') }),
    z
      .strictObject({ kind: z.literal('issued'), from: civilDateSchema, to: civilDateSchema })
      .refine(({ from, to }) => from <= to, { path: ['to'], message: 'lies before "from"; give a later day' }),
  ]),
);
export type ExportScope = z.infer<typeof exportScopeSchema>;
