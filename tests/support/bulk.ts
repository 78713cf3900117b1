import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';
import { enrollmentItem } from '../../functions/adapters/aws/enrollment-codec.ts';
import { emptyChain } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import {
  type Assessment,
  evidencePartition,
  evidenceSortKey,
  type Submission,
} from '../../functions/domain/evidence.ts';
import { type Framework, frameworkRef, requirementsOf } from '../../functions/domain/framework.ts';
import type { Program } from '../../functions/domain/program.ts';
import { evidenceHashOf } from '../../functions/domain/progress.ts';
import { addDays, civilDateOf } from '../../functions/domain/time.ts';

/** An apprentice as the bulk loader makes one: an enrollment, with evidence for some of its requirements. */
export type Loaded = {
  ref: { program: string; enrollment: string };
  items: Record<string, unknown>[];
  last: { requirement: string; evidence: string };
};

/**
 * An apprentice whose first `pieces` requirements are submitted and assessed, and the next one submitted alone.
 * The evidence is what any system may put into the table: evaluate takes it from the stream.
 */
export function makeApprentice(
  program: Program,
  framework: Framework,
  enrollment: string,
  pieces: number,
  email = `${enrollment}@apprentices.example`,
): Loaded {
  const ref = { program: program.id, enrollment };
  const now = new Date().toISOString();
  const salt = 'bench-bench-bench-bench-bench-be';
  const day = addDays(civilDateOf(now, program.timeZone), -30);
  const requirements = [...requirementsOf(framework).keys()].slice(0, pieces + 1);
  const items: Record<string, unknown>[] = [enrollmentItem(newEnrollment(ref, framework, salt, day, now, email))];
  for (const [i, requirement] of requirements.entries()) {
    const submission: Submission = {
      schema: 'journeypaper/evidence/1',
      ...ref,
      requirement,
      evidence: `e${i}`,
      submittedBy: `app-${enrollment}`,
      submittedAt: now,
      occurredOn: day,
      attestation: 'Shown on shift and noted in the training log, where the supervisor can find the entry of that day.',
    };
    const pk = evidencePartition(ref);
    items.push({ pk, sk: evidenceSortKey({ ...submission, part: 'evidence' }), ...submission });
    if (i === pieces) continue;
    const assessment: Assessment = {
      schema: 'journeypaper/assessment/1',
      ...ref,
      requirement,
      evidence: submission.evidence,
      assessment: `a${i}`,
      assessor: program.assessors[0]?.id ?? '',
      assessedAt: now,
      outcome: 'met',
      evidenceHash: evidenceHashOf(submission, { salt }),
    };
    items.push({ pk, sk: evidenceSortKey({ ...assessment, part: 'assessment' }), ...assessment });
  }
  return { ref, items, last: { requirement: requirements.at(-1) ?? '', evidence: `e${pieces}` } };
}

function newEnrollment(
  ref: Loaded['ref'],
  framework: Framework,
  salt: string,
  day: string,
  now: string,
  email: string,
): Enrollment {
  return {
    ...ref,
    apprentice: {
      id: `app-${ref.enrollment}`,
      name: `Bench ${ref.enrollment}`,
      email,
    },
    enrolledOn: day,
    framework: frameworkRef(framework),
    status: 'open',
    salt,
    version: 1,
    fence: 0,
    progress: {},
    met: 0,
    marks: {},
    refused: {},
    pointers: {},
    chain: emptyChain(ref, now),
    lastChangeAt: now,
  };
}

/** Puts items 25 at a time, some calls side by side. */
export async function bulkLoad(
  client: DynamoDBClient,
  tableName: string,
  items: readonly Record<string, unknown>[],
): Promise<void> {
  const waiting: WriteRequest[] = items.map((item) => ({ PutRequest: { Item: toItem(item) } }));
  const worker = async () => {
    for (let batch = waiting.splice(0, 25); batch.length > 0; batch = waiting.splice(0, 25)) {
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: batch } }));
      waiting.push(...(answer.UnprocessedItems?.[tableName] ?? []));
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
