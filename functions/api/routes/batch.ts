import * as z from 'zod';
import { maxPieces, readPlace } from '../../acts/evidence.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { firstIssue } from '../../domain/evidence.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import type { ApiPorts } from '../api-ports.ts';
import { inRoutes } from '../remedies.ts';

/**
 * Up to 500 of something, each read by itself: whatever is not of its form has a verdict of its own, and the others
 * count. The document tells the form, and that anything else is let through to be refused.
 */
export const batchOf = <T>(schema: z.ZodType<T>) => z.array(asDocumented(schema)).min(1).max(maxPieces);

const asDocumented = <T>(schema: z.ZodType<T>) =>
  z.union([schema, z.unknown().describe('Anything else: refused alone, with a verdict that says why')]);

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

/**
 * A refusal that is the record's and not a piece's: then the whole call is refused. Where no piece came as far as the
 * record, it is looked for here.
 */
export async function refusalOfAll(
  ports: ApiPorts,
  ref: EnrollmentRef,
  verdicts: readonly Verdict[],
): Promise<Refused | undefined> {
  const found = verdicts.find((each): each is Refused => 'code' in each && ofTheRecord.has(each.code));
  if (found || !verdicts.every((each) => 'code' in each)) return found;
  const place = await readPlace(ports, ref, verdicts.length);
  return 'outcome' in place ? place : undefined;
}
