import { randomUUID } from 'node:crypto';
import type { MovableClock } from '../movable-clock.ts';
import type { AwsJsonClient } from '../runtime/aws-json.ts';
import { localClientConfig } from '../services/loopback.ts';
import type { StreamMappingPlan } from '../template/plan-mappings.ts';
import type { GivenUpBecause, StreamRecord } from './stream-batch.ts';

export interface FailedBatch {
  records: StreamRecord[];
  because: GivenUpBecause;
  invocations: number;
  /** Of the last invocation. */
  requestId: string;
  functionArn: string;
  streamArn: string;
  shardId: string;
  /** Undefined where the function was not called. */
  functionError: 'Unhandled' | undefined;
}

/** Takes a batch that was given up to where the template says. Rejects where that fails: the caller tries again. */
export type GiveUp = (batch: FailedBatch) => Promise<void>;

/** To a bucket goes the whole event, to a queue what tells of it, as Lambda does. */
export function failureDestination(
  plan: StreamMappingPlan,
  endpoints: { s3: string },
  sqs: AwsJsonClient,
  clock: Pick<MovableClock, 'now'> = { now: Date.now },
): GiveUp | undefined {
  const { onFailure } = plan;
  if (!onFailure) return undefined;
  if (onFailure.kind === 'queue') {
    return async (batch) => {
      await sqs.call('AmazonSQS.SendMessage', {
        QueueUrl: onFailure.ref,
        MessageBody: JSON.stringify(invocationRecord(batch, new Date(clock.now()))),
      });
    };
  }
  return async (batch) => {
    // Failures are rare and the SDK is large: it is loaded at the first.
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const systemClockOffset = clock.now() - Date.now();
    const client = new S3Client({ ...localClientConfig(endpoints.s3), forcePathStyle: true, systemClockOffset });
    const now = new Date(clock.now());
    const body = { ...invocationRecord(batch, now), payload: JSON.stringify({ Records: batch.records }) };
    const key = objectKey(plan.id, batch.shardId, now, randomUUID());
    await client.send(
      new PutObjectCommand({
        Bucket: onFailure.ref,
        Key: key,
        Body: JSON.stringify(body),
        ContentType: 'application/json',
      }),
    );
    client.destroy();
  };
}

/** `aws/lambda/{mapping}/{shard}/2025/06/05/2025-06-05T18.22.26-{uuid}` */
export function objectKey(mappingId: string, shardId: string, now: Date, uuid: string): string {
  const [day = '', time = ''] = now.toISOString().slice(0, 19).split('T');
  return `aws/lambda/${mappingId}/${shardId}/${day.replaceAll('-', '/')}/${day}T${time.replaceAll(':', '.')}-${uuid}`;
}

/** Layout: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
export function invocationRecord(batch: FailedBatch, now: Date) {
  const at = (record: StreamRecord | undefined) =>
    new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  const { records } = batch;
  return {
    requestContext: {
      requestId: batch.requestId,
      functionArn: batch.functionArn,
      condition: batch.because,
      approximateInvokeCount: batch.invocations,
    },
    ...(batch.invocations > 0 && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: batch.functionError ?? null },
    }),
    version: '1.0',
    timestamp: now.toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
      endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: at(records[0]),
      approximateArrivalOfLastRecord: at(records.at(-1)),
      batchSize: records.length,
      streamArn: batch.streamArn,
    },
  };
}
