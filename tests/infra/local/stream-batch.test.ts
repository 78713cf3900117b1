import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchAnswer } from '../../../infra/local/mappings/batch-answer.ts';
import { type BatchPolicy, runBatch, type StreamRecord } from '../../../infra/local/mappings/stream-batch.ts';

const now = 1_800_000_000_000;
const record = (sequence: number, ageSeconds = 0): StreamRecord => ({
  eventID: `event-${sequence}`,
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: String(sequence), ApproximateCreationDateTime: now / 1000 - ageSeconds },
});
const records = (...sequences: number[]) => sequences.map((sequence) => record(sequence));
const numbers = (some: readonly StreamRecord[]) => some.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));

/** Runs a batch against a function that answers as told; tells what it was called with and what was given up. */
async function run(
  batch: StreamRecord[],
  policy: BatchPolicy,
  answer: (sequences: number[], call: number) => BatchAnswer,
) {
  const calls: number[][] = [];
  const givenUp: { records: number[]; because: string; invocations: number }[] = [];
  await runBatch(batch, policy, {
    now: () => now,
    pause: async () => undefined,
    async invoke(some) {
      calls.push(numbers(some));
      return answer(numbers(some), calls.length);
    },
    async giveUp(some, because, invocations) {
      givenUp.push({ records: numbers(some), because, invocations });
    },
  });
  return { calls, givenUp };
}

const done: BatchAnswer = { outcome: 'done' };
const failed: BatchAnswer = { outcome: 'failed' };
const partly = (...sequences: number[]): BatchAnswer => ({
  outcome: 'partly-done',
  failed: new Set(sequences.map(String)),
});
const poisonedBy = (poison: number) => (sequences: number[]) => (sequences.includes(poison) ? failed : done);

test('a batch that succeeds is called once', async () => {
  expect(await run(records(1, 2, 3), { bisects: true, maxRetries: 2 }, () => done)).toEqual({
    calls: [[1, 2, 3]],
    givenUp: [],
  });
});

test('of a batch that failed in part, what follows the lowest number reported is tried again', async () => {
  const { calls } = await run(records(1, 2, 3, 4), { bisects: false, maxRetries: 5 }, (_, call) =>
    call === 1 ? partly(4, 3) : done,
  );
  expect(calls).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ]);
});

test('bisecting finds the one bad record, and its neighbours go on', async () => {
  const { calls, givenUp } = await run(records(1, 2, 3, 4), { bisects: true, maxRetries: 1 }, poisonedBy(3));
  expect(calls).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]);
  expect(givenUp).toEqual([{ records: [3], because: 'RetryAttemptsExhausted', invocations: 4 }]);
});

test('with bisecting, a batch is cut at the number reported, which costs no retry', async () => {
  const { calls, givenUp } = await run(records(1, 2, 3), { bisects: true, maxRetries: 0 }, (sequences) =>
    sequences.includes(2) ? partly(2) : done,
  );
  expect(calls).toEqual([[1, 2, 3], [2, 3], [2], [3]]);
  expect(givenUp).toEqual([{ records: [2], because: 'RetryAttemptsExhausted', invocations: 3 }]);
});

test('without bisecting, the whole rest is given up after its retries', async () => {
  const { calls, givenUp } = await run(records(1, 2), { bisects: false, maxRetries: 2 }, () => failed);
  expect(calls).toHaveLength(3);
  expect(givenUp).toEqual([{ records: [1, 2], because: 'RetryAttemptsExhausted', invocations: 3 }]);
});

test('a record that is too old is given up without a call', async () => {
  const { calls, givenUp } = await run(
    [record(1, 61), record(2, 59)],
    { bisects: true, maxAgeSeconds: 60 },
    () => done,
  );
  expect(calls).toEqual([[2]]);
  expect(givenUp).toEqual([{ records: [1], because: 'RecordAgeExceeded', invocations: 0 }]);
});

test('without a limit a batch is tried until it succeeds', async () => {
  const { calls, givenUp } = await run(records(1), { bisects: false }, (_, call) => (call < 50 ? failed : done));
  expect([calls.length, givenUp.length]).toEqual([50, 0]);
});

test('whatever fails, every record ends done or given up, in order, and only bad ones are given up alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 12 })),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      async (bad, reports, maxRetries) => {
        const handled: number[] = [];
        const batch = records(...Array.from({ length: 12 }, (_, i) => i + 1));
        const { givenUp } = await run(batch, { bisects: true, maxRetries }, (sequences) => {
          const first = sequences.find((each) => bad.includes(each));
          if (first === undefined) {
            handled.push(...sequences);
            return done;
          }
          if (!reports) return failed;
          handled.push(...sequences.filter((each) => each < first));
          return partly(first);
        });
        expect(handled).toEqual(numbers(batch).filter((each) => !bad.includes(each)));
        expect(givenUp.flatMap((each) => each.records)).toEqual([...bad].sort((a, b) => a - b));
      },
    ),
  );
});
