import { expect } from 'vitest';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { groupRecords } from '../../functions/adapters/aws/stream-records.ts';
import { canonicalJson } from '../../functions/domain/hash.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { randomProgram } from '../simulation/programs.ts';
import { randomCalls } from '../simulation/random-calls.ts';
import { rngOf } from '../simulation/rng.ts';
import { simulatedStore } from '../simulation/store-port.ts';
import { type EvidenceWrite, SimulatedTable } from '../simulation/table.ts';
import type { createRecordsTable } from '../support/records-table.ts';

const calls = 150;

/** A call whose answer a table is known to give otherwise, by `tests/contracts/README.md`. */
export type KnownDifference = { name: string; simulated: unknown; real: unknown };

/** How a table differs. `tellsUnchanged`: its stream tells of a write that changes nothing, as the local stack's does. */
export type Differences = { known?: readonly KnownDifference[]; tellsUnchanged?: boolean };

/** Makes the same random calls of a real table and of the simulated one, and compares every answer and their streams. */
export async function expectSameAnswers(
  { client, tableName, readStream }: Awaited<ReturnType<typeof createRecordsTable>>,
  seed: number,
  { known = [], tellsUnchanged = true }: Differences = {},
): Promise<void> {
  const writes: EvidenceWrite[] = [];
  const real = dynamoStore({ client, tableName });
  const model = simulated((write) => writes.push(write));
  const rng = rngOf(seed);
  const setting = randomProgram(rng, 'small');
  const next = randomCalls(rng, setting, model);
  for (let i = 0; i < calls; i++) {
    const { name, run } = await next();
    const expected = await answerOf(run(model));
    const answer = await answerOf(run(real));
    const isKnown = known.some((k) => k.name === name && k.simulated === expected && k.real === answer);
    if (!isKnown) expect(answer, `call ${i}: ${name}`).toEqual(expected);
  }

  const { groups, strays } = groupRecords(await readStream());
  expect(strays, 'a write of our own passed the filter').toEqual([]);
  const streamed = groups.flatMap(({ ref, changes }) =>
    changes.map(({ sk, kind, image }) =>
      canonicalJson([`${ref.program}#EVIDENCE#${ref.enrollment}`, sk, kind, image ?? null]),
    ),
  );
  const told = writes
    .filter((write) => tellsUnchanged || kindOf(write) !== 'touched')
    .map((write) => canonicalJson([write.pk, write.sk, kindOf(write), write.after ?? null]));
  expect(streamed.sort()).toEqual(told.sort());
}

/** What a caller can tell of an answer: its value, in no order where none is promised, or how it failed. */
async function answerOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return canonicalJson(inOrder(await call) ?? null);
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return error.retryable ? 'fails for now' : 'fails for good';
  }
}

function inOrder(value: unknown): unknown {
  const items = (value as { items?: unknown } | undefined)?.items ?? value;
  if (!Array.isArray(items)) return withSortedLists(value);
  return items.map((item) => canonicalJson(item)).sort();
}

function withSortedLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('ledger' in value)) return value;
  const { credentials, deliveries, ...rest } = value as unknown as { credentials: unknown[]; deliveries: unknown[] };
  return { ...rest, credentials: inOrder(credentials), deliveries: inOrder(deliveries) };
}

function simulated(written: (write: EvidenceWrite) => void): RecordStore {
  const table = new SimulatedTable({ evidenceWritten: written, committed: () => undefined }, Date.now, false);
  return simulatedStore(table, async (_, effect) => effect());
}

const kindOf = ({ before, after }: EvidenceWrite) =>
  after === undefined
    ? 'deleted'
    : before === undefined
      ? 'put'
      : canonicalJson(before) === canonicalJson(after)
        ? 'touched'
        : 'edited';
