import * as z from 'zod';
import { maxPieces } from '../../acts/evidence.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { firstIssue } from '../../domain/evidence.ts';
import { inRoutes } from '../remedies.ts';

/** Up to 500 of something, each read by itself: one that is wrong has a verdict of its own, and the others count. */
export const batchOf = () => z.array(z.record(z.string(), z.unknown())).min(1).max(maxPieces);

type Verdict = { outcome: string } | Refused;

/** Each of a batch that has its form goes to the act, in order; the others are refused where they stand. */
export async function actOnEach<T, V extends Verdict>(
  schema: z.ZodType<T>,
  given: readonly unknown[],
  code: string,
  act: (sound: readonly T[]) => Promise<V[]>,
): Promise<(V | Refused)[]> {
  const parsed = given.map((each) => schema.safeParse(each));
  const sound = parsed.flatMap((each) => (each.success ? [each.data] : []));
  const verdicts = sound.length > 0 ? await act(sound) : [];
  let next = 0;
  return parsed.map((each) => {
    const verdict = each.success ? (verdicts[next++] as V) : refused(code, firstIssue(each.error));
    return 'message' in verdict ? inRoutes(verdict) : verdict;
  });
}

const ofTheRecord = new Set(['enrollment.unknown', 'enrollment.withdrawn', 'program.unknown']);

/** A refusal that is the record's and not a piece's: then the whole call is refused. */
export function refusalOfAll(verdicts: readonly Verdict[]): Refused | undefined {
  return verdicts.find((each): each is Refused => 'code' in each && ofTheRecord.has(each.code));
}
