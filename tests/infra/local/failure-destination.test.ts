import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { s3FailedBatches } from '../../../functions/adapters/aws/s3-failed-batches.ts';
import {
  type FailedBatch,
  failureDestination,
  invocationRecord,
  objectKey,
} from '../../../infra/local/mappings/failure-destination.ts';
import { localClientConfig } from '../../../infra/local/services/loopback.ts';
import { spawnService } from '../../../infra/local/services/process.ts';
import { stopLater, temporaryFolder } from '../../contracts/local-service.ts';

const at = new Date('2025-06-05T18:22:26.479Z');
const record = (sequence: string, seconds: number) => ({
  eventID: sequence,
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: sequence, ApproximateCreationDateTime: seconds },
});
const batch: FailedBatch = {
  records: [record('10', 1_749_147_709), record('12', 1_749_147_710)],
  because: 'RetryAttemptsExhausted',
  invocations: 6,
  requestId: 'request',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:evaluate',
  streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s',
  shardId: 'shardId-1',
  functionError: 'Unhandled',
};

test('an on-failure object lies where Lambda puts it', () => {
  expect(objectKey('mapping', 'shardId-1', at, 'uuid')).toBe(
    'aws/lambda/mapping/shardId-1/2025/06/05/2025-06-05T18.22.26-uuid',
  );
});

test('it tells of the failed batch as Lambda does', () => {
  expect(invocationRecord(batch, at)).toEqual({
    requestContext: {
      requestId: 'request',
      functionArn: batch.functionArn,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 6,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2025-06-05T18:22:26.479Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-1',
      startSequenceNumber: '10',
      endSequenceNumber: '12',
      approximateArrivalOfFirstRecord: '2025-06-05T18:21:49Z',
      approximateArrivalOfLastRecord: '2025-06-05T18:21:50Z',
      batchSize: 2,
      streamArn: batch.streamArn,
    },
  });
});

test('what a mapping gave up, sweep reads back whole', async () => {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  const { endpoint } = await stopLater(spawnService('s3', { dataDir: path, buckets: [{ name: 'failed' }] }));
  const plan = {
    source: 'stream' as const,
    id: 'Stream',
    functionName: 'evaluate',
    tableName: 'table',
    batchSize: 10,
    batchWindowSeconds: 0,
    filters: [],
    reportsItemFailures: true,
    bisects: true,
    parallelism: 1,
    onFailure: { kind: 'bucket' as const, ref: 'failed' },
  };
  const sqs = { call: async () => ({}), close: () => undefined };
  await failureDestination(plan, { s3: endpoint }, sqs)?.(batch);
  const client = new S3Client({ ...localClientConfig(endpoint), forcePathStyle: true });
  const batches = s3FailedBatches({ client, bucket: 'failed' });
  const [key = ''] = await batches.list();
  expect(key).toMatch(/^aws\/lambda\/Stream\/shardId-1\/\d{4}\/\d\d\/\d\d\//);
  expect(await batches.read(key)).toEqual(batch.records);
});
