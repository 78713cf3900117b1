import * as z from 'zod';
import { maxPieces, readPlace } from '../../acts/evidence.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { firstIssue } from '../../domain/evidence.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import type { ApiPorts } from '../api-ports.ts';
import { inRoutes } from '../remedies.ts';
import type { JsonAnswer } from '../route.ts';

/**
 * Up to 500 of something, each read by itself: whatever is not of its form has a verdict of its own, and the others
 * count. The document tells the form, and that anything else is let through to be refused.
 */
export const batchOf = <T>(schema: z.ZodType<T>) => z.array(asDocumented(schema)).min(1).max(maxPieces);

const asDocumented = <T>(schema: z.ZodType<T>) =>
  z.union([schema, z.unknown().describe('Anything else: refused alone, with a verdict that says why')]);

type Verdict = { outcome: string } | Refused;

type Batch<T> = {
  schema: z.ZodType<T>;
  given: readonly unknown[];
  /** Of what has not its form. */
  code: string;
  act(sound: readonly T[]): Promise<readonly Verdict[]>;
};

/**
 * Each of a batch that has its form goes to the act, in order; the others are refused where they stand. What is wrong
 * with the record itself refuses the whole call: where nothing came as far as the act, the record is looked at here.
 */
export async function answerBatch<T>(
  ports: ApiPorts,
  ref: EnrollmentRef,
  { schema, given, code, act }: Batch<T>,
): Promise<JsonAnswer | Refused> {
  const parsed = given.map((each) => schema.safeParse(each));
  const sound = parsed.flatMap((each) => (each.success ? [each.data] : []));
  const acted = sound.length > 0 ? await act(sound) : [];
  const refusal = sound.length > 0 ? acted.find(isOfTheRecord) : await refusalOf(ports, ref, given.length);
  if (refusal) return refusal;
  let next = 0;
  const verdicts = parsed.map((each) => {
    const verdict = each.success ? (acted[next++] as Verdict) : refused(code, firstIssue(each.error));
    return 'message' in verdict ? inRoutes(verdict) : verdict;
  });
  return { status: 200, json: { verdicts } };
}

const ofTheRecord = new Set(['enrollment.unknown', 'enrollment.withdrawn', 'program.unknown']);
const isOfTheRecord = (verdict: Verdict): verdict is Refused => 'code' in verdict && ofTheRecord.has(verdict.code);

async function refusalOf(ports: ApiPorts, ref: EnrollmentRef, pieces: number): Promise<Refused | undefined> {
  const place = await readPlace(ports, ref, pieces);
  return 'outcome' in place ? place : undefined;
}
