import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCheckpoints } from '../../../infra/local/mappings/checkpoints.ts';
import type { FailedBatch } from '../../../infra/local/mappings/failure-destination.ts';
import { parseFilter } from '../../../infra/local/mappings/filter.ts';
import { startStreamMapping } from '../../../infra/local/mappings/stream-mapping.ts';
import type { AwsJsonClient } from '../../../infra/local/runtime/aws-json.ts';
import type { StreamMappingPlan } from '../../../infra/local/template/plan-mappings.ts';
import { temporaryFolder } from '../../contracts/local-service.ts';

const plan: StreamMappingPlan = {
  source: 'stream',
  id: 'Stream',
  functionName: 'evaluate',
  tableName: 'table',
  batchSize: 3,
  batchWindowSeconds: 0,
  filters: [parseFilter('{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"EVIDENCE#"}]}}}}', 'stream')],
  reportsItemFailures: true,
  bisects: true,
  maxRetries: 1,
  parallelism: 1,
};

/** A stream of one shard, as the emulator answers for it. */
function fakeStream() {
  const records: Record<string, unknown>[] = [];
  const client: AwsJsonClient = {
    close: () => undefined,
    async call(target, body) {
      const { ShardIterator, SequenceNumber, Limit } = body as {
        ShardIterator?: string;
        SequenceNumber?: string;
        Limit?: number;
      };
      if (target.endsWith('DescribeTable')) return { Table: { LatestStreamArn: 'arn:stream' } };
      if (target.endsWith('DescribeStream')) return { StreamDescription: { Shards: [{ ShardId: 'shard-1' }] } };
      if (target.endsWith('GetShardIterator')) return { ShardIterator: SequenceNumber ?? '0' };
      const start = Number(ShardIterator);
      const found = records.slice(start, start + (Limit ?? 1000));
      return { Records: found, NextShardIterator: String(start + found.length) };
    },
  };
  const put = (sk: string, change: { before?: string; after?: string } = { after: 'x' }) => {
    const image = (text: string | undefined) => (text === undefined ? undefined : { sk: { S: sk }, text: { S: text } });
    records.push({
      eventID: String(records.length),
      eventName: change.before === undefined ? 'INSERT' : 'MODIFY',
      dynamodb: {
        Keys: { pk: { S: 'p' }, sk: { S: sk } },
        NewImage: image(change.after),
        OldImage: image(change.before),
        SequenceNumber: String(records.length + 1),
        ApproximateCreationDateTime: Date.now() / 1000,
      },
    });
  };
  return { client, put };
}

async function start(options: {
  folder?: string;
  answer?: (keys: string[]) => string;
  plan?: Partial<StreamMappingPlan>;
  stream: ReturnType<typeof fakeStream>;
}) {
  const kept = temporaryFolder();
  onTestFinished(kept.remove);
  const file = options.folder ?? join(kept.path, 'checkpoint.json');
  const batches: string[][] = [];
  const givenUp: FailedBatch[] = [];
  const events: { Records: { eventID: string; eventSourceARN: string; awsRegion: string }[] }[] = [];
  const mapping = await startStreamMapping({
    plan: { ...plan, ...options.plan },
    dynamodb: options.stream.client,
    checkpoints: openCheckpoints(file),
    giveUp: async (batch) => void givenUp.push(batch),
    world: {
      functionArn: 'arn:function',
      concurrency: 1,
      note: () => undefined,
      async invoke(event) {
        events.push(JSON.parse(event));
        const keys: string[] = JSON.parse(event).Records.map(
          (each: { dynamodb: { Keys: { sk: { S: string } } } }) => each.dynamodb.Keys.sk.S,
        );
        batches.push(keys);
        return { outcome: 'returned', requestId: 'r', payload: options.answer?.(keys) ?? '' };
      },
    },
  });
  onTestFinished(() => mapping.stop());
  return { mapping, batches, givenUp, events, file };
}

test('only what the filter lets through reaches the function, in batches, in order', async () => {
  const stream = fakeStream();
  for (const sk of ['EVIDENCE#1', 'LEDGER#1', 'EVIDENCE#2', 'EVIDENCE#3', 'ENROLLMENT', 'EVIDENCE#4']) stream.put(sk);
  const { mapping, batches, events } = await start({ stream });
  await mapping.caughtUp();
  expect(batches).toEqual([['EVIDENCE#1', 'EVIDENCE#2', 'EVIDENCE#3'], ['EVIDENCE#4']]);
  expect(events[0]?.Records[0]).toMatchObject({
    eventSourceARN: 'arn:stream',
    awsRegion: 'us-east-1',
    eventSource: 'aws:dynamodb',
  });
  expect(events[0]?.Records[0]?.eventID).toMatch(/^[0-9a-f]{32}$/);
});

test('a write that changed nothing is no event, as on AWS', async () => {
  const stream = fakeStream();
  stream.put('EVIDENCE#1', { before: 'same', after: 'same' });
  stream.put('EVIDENCE#2', { before: 'one', after: 'two' });
  const { mapping, batches } = await start({ stream });
  await mapping.caughtUp();
  expect(batches).toEqual([['EVIDENCE#2']]);
});

test('a restart goes on after the last batch that was handled', async () => {
  const stream = fakeStream();
  stream.put('EVIDENCE#1');
  const first = await start({ stream });
  await first.mapping.caughtUp();
  await first.mapping.stop();
  stream.put('EVIDENCE#2');
  const second = await start({ stream, folder: first.file });
  await second.mapping.caughtUp();
  expect(second.batches).toEqual([['EVIDENCE#2']]);
  expect(JSON.parse(readFileSync(first.file, 'utf8'))).toEqual({ 'arn:stream/shard-1': '2' });
});

test('a poison record is given up whole, and those after it go on', async () => {
  const stream = fakeStream();
  for (const n of [1, 2, 3]) stream.put(`EVIDENCE#${n}`);
  const answer = (keys: string[]) => (keys.includes('EVIDENCE#2') ? 'not JSON' : '');
  const { mapping, batches, givenUp } = await start({ stream, answer });
  await mapping.caughtUp();
  expect(givenUp.map(({ records, because }) => [records.length, records[0]?.dynamodb.SequenceNumber, because])).toEqual(
    [[1, '2', 'RetryAttemptsExhausted']],
  );
  expect(batches.at(-1)).toEqual(['EVIDENCE#3']);
});

test('a batch waits for its window unless it is full', async () => {
  const stream = fakeStream();
  stream.put('EVIDENCE#1');
  const { mapping, batches } = await start({ stream, plan: { batchWindowSeconds: 0.4 } });
  await new Promise((resolve) => setTimeout(resolve, 150));
  stream.put('EVIDENCE#2');
  expect(batches).toEqual([]);
  await mapping.caughtUp();
  expect(batches).toEqual([['EVIDENCE#1', 'EVIDENCE#2']]);
});

test('stopped in the middle of its tries, it takes the batch up again', async () => {
  const stream = fakeStream();
  stream.put('EVIDENCE#1');
  const first = await start({ stream, answer: () => 'not JSON', plan: { maxRetries: 100 } });
  await expect.poll(() => first.batches.length).toBeGreaterThan(1);
  await first.mapping.stop();
  const second = await start({ stream, folder: first.file });
  await second.mapping.caughtUp();
  expect(second.batches).toEqual([['EVIDENCE#1']]);
});

test('batches that run at one time never share a key', async () => {
  const stream = fakeStream();
  for (let i = 0; i < 12; i++) stream.put(`EVIDENCE#${i % 4}`);
  const { mapping, batches } = await start({ stream, plan: { parallelism: 4, batchSize: 3 } });
  await mapping.caughtUp();
  expect(batches.flat()).toHaveLength(12);
  for (const key of new Set(batches.flat())) expect(batches.filter((batch) => batch.includes(key))).toHaveLength(1);
});
