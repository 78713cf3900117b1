import * as z from 'zod';
import { addMonths, type CivilDate, later } from './time.ts';

/** What a sponsor must keep of an apprenticeship, after its completion. */
export const defaultRetentionYears = 5;

/**
 * How long a program keeps its records after a completion. Never shorter than the default by a slip: fewer years need
 * `belowDefault` beside them. A field that may be missing, and not one with a default: versions of a program that were
 * published before it was known must keep the hashes that credentials froze.
 */
export const retentionSchema = () =>
  z
    .strictObject({ years: z.number().int().min(1).max(100), belowDefault: z.literal(true).optional() })
    .refine(({ years, belowDefault }) => years >= defaultRetentionYears || belowDefault === true, {
      path: ['years'],
      message: `fewer than ${defaultRetentionYears} years are kept only where belowDefault says true beside it`,
    });
export type Retention = z.infer<ReturnType<typeof retentionSchema>>;

type Keeping = { retention?: Retention | undefined };

export const retentionMonths = ({ retention }: Keeping): number => 12 * (retention?.years ?? defaultRetentionYears);

/**
 * The day until which a certificate is locked, by the policy that its credential froze: what a program promises later
 * holds for what is requested later. Counted from the completion, or from the request where that came after it.
 */
export function keptUntil(
  { facts, requestedAt }: { facts: { completedOn: CivilDate }; requestedAt: string },
  policy: Keeping,
): CivilDate {
  return addMonths(later(facts.completedOn, requestedAt.slice(0, 10)), retentionMonths(policy));
}

/**
 * Months that a checkpoint is locked, which nobody can undo or make longer: never below the default, since what an
 * earlier version of the program promised is proved by the same checkpoints.
 */
export const checkpointMonths = (policy: Keeping): number =>
  Math.max(12 * defaultRetentionYears, retentionMonths(policy));
