import * as z from 'zod';
import type { Actor } from './audit.ts';
import type { ExportScope } from './export-scope.ts';
import { enrollmentIdSchema } from './ids.ts';

export type ExportRequest = {
  program: string;
  scope: ExportScope;
  actor: Actor;
  /** Sensitive requirements in the clear: an explicit choice, which the access chain records. */
  unredacted: boolean;
  /** A PDF of each enrollment; by default there is one. */
  summaries?: boolean;
  /** The job that makes it; the access chain then says which. */
  exportId?: string;
};

const day = () => z.iso.date('is no date; give one such as 2026-03-31');

export const exportPresets = ['apprentice', 'completions', 'sample'] as const;

/** Each field by itself; which of them stand together is the schema's below to say. */
export const exportRequestFields = () => ({
  preset: z.enum(exportPresets).optional(),
  enrollment: enrollmentIdSchema.optional(),
  from: day().optional(),
  to: day().optional(),
  /** How many records a sample has. */
  size: z.number().int().min(1).max(10_000).optional(),
  /** Published before the sample is drawn, so that nobody chose the records. */
  seed: z
    .string()
    .check(z.trim(), z.minLength(1), z.maxLength(100), z.regex(/^[\x20-\x7e]*$/, 'letters, digits and signs of ASCII'))
    .optional(),
  unredacted: z.boolean().default(false),
  summaries: z.boolean().default(true),
});

/**
 * What a person asks for, on the command line and of the API. A preset says what such audits want: one apprentice's
 * file; the completions of a period; a sample. Without one the scope follows from what is given: an enrollment, or the
 * credentials issued between two days, or the whole program.
 */
export const exportRequestSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject(exportRequestFields())
    .superRefine((given, context) => {
      const issue = firstMisfit(given);
      if (issue) context.addIssue({ code: 'custom', ...issue });
    })
    .transform((given) => ({ scope: scopeOf(given), unredacted: given.unredacted, summaries: given.summaries }))
    .meta({ title: 'ExportRequest', description: 'What an audit bundle is to hold' }),
);

type Given = {
  preset?: (typeof exportPresets)[number] | undefined;
  enrollment?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  size?: number | undefined;
  seed?: string | undefined;
};
type Field = Exclude<keyof Given, 'preset'>;

/** By preset, or by its absence, the fields that must be there; no other may. */
const wanted: Record<(typeof exportPresets)[number], readonly Field[]> = {
  apprentice: ['enrollment'],
  completions: ['from', 'to'],
  sample: ['size', 'seed'],
};

function firstMisfit(given: Given): { path: string[]; message: string } | undefined {
  const { preset, from, to } = given;
  const fields = wantedFields(given);
  for (const field of ['enrollment', 'from', 'to', 'size', 'seed'] as const) {
    const wants = fields.includes(field);
    if (wants && given[field] === undefined) {
      const why = preset === undefined ? 'from and to stand together' : `the preset ${preset} needs it`;
      return { path: [field], message: `is missing; ${why}` };
    }
    if (!wants && given[field] !== undefined) {
      const other = preset === undefined ? (fields[0] ?? 'this scope') : `the preset ${preset}`;
      return { path: [field], message: `cannot stand beside ${other}; leave one of them out` };
    }
  }
  if (from !== undefined && to !== undefined && from > to)
    return { path: ['to'], message: `${to} lies before from, ${from}; give a later day` };
  return undefined;
}

function wantedFields({ preset, enrollment, from, to }: Given): readonly Field[] {
  if (preset) return wanted[preset];
  if (enrollment !== undefined) return ['enrollment'];
  return from === undefined && to === undefined ? [] : ['from', 'to'];
}

function scopeOf({ preset, enrollment, from = '', to = '', size = 0, seed = '' }: Given): ExportScope {
  if (enrollment !== undefined) return { kind: 'enrollment', enrollment };
  if (preset === 'sample') return { kind: 'sample', size, seed };
  if (preset === 'completions') return { kind: 'completed', from, to };
  return from === '' ? { kind: 'program' } : { kind: 'issued', from, to };
}
