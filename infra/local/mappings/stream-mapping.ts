import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from '../movable-clock.ts';
import type { AwsJsonClient } from '../runtime/aws-json.ts';
import type { StreamMappingPlan } from '../template/plan-mappings.ts';
import { readBatchAnswer } from './batch-answer.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { GiveUp } from './failure-destination.ts';
import { matches } from './filter.ts';
import { type Mapping, type MappingWorld, maxEventBytes, Stopped } from './mapping.ts';
import { runBatch, type StreamRecord } from './stream-batch.ts';
import { latestStreamArn, listShards, type ShardCursor, shardCursor } from './stream-reader.ts';

export interface StreamMappingOptions {
  plan: StreamMappingPlan;
  world: MappingWorld;
  dynamodb: AwsJsonClient;
  checkpoints: Checkpoints;
  giveUp?: GiveUp | undefined;
  /** The machine's unless said otherwise. */
  clock?: Pick<MovableClock, 'now' | 'at'>;
}

/** Put to consumer takes 35 ms at the median so; at 10 ms polling costs 30 % of a core. */
const pollMs = 50;
/** Between tries to reach an emulator that is down. */
const outageMs = 200;
const recordsPerRead = 1000;

interface Shard {
  id: string;
  cursor: ShardCursor;
  /** Read, let through by the filter, not handled yet. */
  buffer: StreamRecord[];
  /** When the first of them was read. */
  since: number;
  /** The last record read, let through or not. */
  lastRead: string | undefined;
  ended: boolean;
}

/** Feeds a function from a table's stream as a DynamoDB event source mapping does: shard by shard, in order, from a checkpoint kept on disk. */
export async function startStreamMapping(options: StreamMappingOptions): Promise<Mapping> {
  const { plan, world, dynamodb, checkpoints } = options;
  const streamArn = await latestStreamArn(dynamodb, plan.tableName);
  const stopping = new AbortController();
  let roundsBegun = 0;
  /** Begun number of the last round that found nothing to read or do. */
  let quietRound = 0;
  const shards: Shard[] = [];

  const openShards = async () => {
    for (const id of await listShards(dynamodb, streamArn)) {
      if (shards.some((shard) => shard.id === id)) continue;
      const cursor = shardCursor(dynamodb, streamArn, id, checkpoints.get(`${streamArn}/${id}`), options.clock);
      shards.push({ id, cursor, buffer: [], since: 0, lastRead: undefined, ended: false });
    }
  };
  await openShards();

  const pause = async (ms: number) => {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => {
      throw new Stopped();
    });
  };
  const read = async (shard: Shard): Promise<number> => {
    const { records, lastSequence, ended } = await shard.cursor.read(recordsPerRead);
    shard.ended = ended;
    if (lastSequence === undefined) return 0;
    shard.lastRead = lastSequence;
    const wanted = records.filter(
      (record) => plan.filters.length === 0 || plan.filters.some((filter) => matches(filter, record)),
    );
    if (shard.buffer.length === 0) shard.since = Date.now();
    shard.buffer.push(...wanted);
    return records.length;
  };
  const run = (shard: Shard, records: StreamRecord[]) =>
    handleBatch(options, { streamArn, shardId: shard.id, records, pause });
  const flush = async (shard: Shard): Promise<boolean> => {
    const isDue = shard.buffer.length >= plan.batchSize || Date.now() - shard.since >= plan.batchWindowSeconds * 1000;
    if (shard.buffer.length > 0 && !isDue) return false;
    const batch = takeBatch(shard.buffer, plan.batchSize * plan.parallelism);
    await Promise.all(lanesOf(batch, plan.parallelism).map((lane) => run(shard, lane)));
    shard.buffer.splice(0, batch.length);
    const done = shard.buffer.length === 0 ? shard.lastRead : batch.at(-1)?.dynamodb.SequenceNumber;
    if (done !== undefined) checkpoints.set(`${streamArn}/${shard.id}`, done);
    return batch.length > 0;
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      roundsBegun += 1;
      const round = roundsBegun;
      let busy = false;
      try {
        for (const shard of shards.filter(({ ended, buffer }) => !ended || buffer.length > 0)) {
          // No further reading while a batch waits for its window's end and is full already.
          if (shard.buffer.length < recordsPerRead && (await read(shard)) > 0) busy = true;
          if (await flush(shard)) busy = true;
        }
        if (shards.every(({ ended }) => ended)) await openShards();
        if (!busy && shards.every(({ buffer }) => buffer.length === 0)) quietRound = round;
        if (!busy) await pause(pollMs);
      } catch (error) {
        if (error instanceof Stopped) return;
        world.note(`${plan.id}: ${error instanceof Error ? error.message : String(error)}`);
        await pause(outageMs).catch(() => undefined);
      }
    }
  };
  const running = loop();
  return {
    id: plan.id,
    async caughtUp() {
      const asked = roundsBegun;
      while (quietRound <= asked) await pause(20);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function handleBatch(
  { plan, world, giveUp, clock }: StreamMappingOptions,
  {
    streamArn,
    shardId,
    records,
    pause,
  }: { streamArn: string; shardId: string; records: StreamRecord[]; pause(ms: number): Promise<void> },
): Promise<void> {
  let requestId = '';
  let functionError: 'Unhandled' | undefined;
  await runBatch(records, plan, {
    now: clock?.now ?? Date.now,
    pause,
    async invoke(some) {
      const result = await world.invoke(JSON.stringify({ Records: some }));
      requestId = result.requestId;
      functionError = result.outcome === 'failed' ? 'Unhandled' : undefined;
      return readBatchAnswer(
        result,
        plan.reportsItemFailures,
        some.map(({ dynamodb }) => dynamodb.SequenceNumber),
      );
    },
    async giveUp(some, because, invocations) {
      world.note(`${plan.id}: gave up ${some.length} records of ${shardId} (${because})`);
      const failed = {
        records: some,
        because,
        invocations,
        requestId,
        functionArn: world.functionArn,
        streamArn,
        shardId,
        functionError,
      };
      while (giveUp) {
        try {
          return await giveUp(failed);
        } catch (error) {
          world.note(
            `${plan.id}: the on-failure destination did not answer: ${error instanceof Error ? error.message : String(error)}`,
          );
          await pause(outageMs);
        }
      }
    },
  });
}

/** As many records as a batch may have, by number and by size; one at least. */
function takeBatch(buffer: readonly StreamRecord[], limit: number): StreamRecord[] {
  let bytes = 0;
  const end = buffer.slice(0, limit).findIndex((record, index) => {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    return index > 0 && bytes > maxEventBytes - 1024;
  });
  return buffer.slice(0, end < 0 ? limit : end);
}

/** Batches that may run at one time: a key's records stay in one of them, in order. */
function lanesOf(batch: StreamRecord[], parallelism: number): StreamRecord[][] {
  if (batch.length === 0) return [];
  if (parallelism === 1) return [batch];
  const lanes = new Map<number, StreamRecord[]>();
  for (const record of batch) {
    const key = JSON.stringify(record.dynamodb.Keys);
    const lane =
      [...key].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521, 0) % parallelism;
    lanes.set(lane, [...(lanes.get(lane) ?? []), record]);
  }
  return [...lanes.values()];
}
