import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { FailedBatches } from '../../ports/failed-batches.ts';
import { awsFailure } from './aws-failure.ts';

/**
 * Where Lambda puts what an event source mapping gave up on:
 * `aws/lambda/{mapping id}/{shard id}/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-{random id}`
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html).
 */
export const failedBatchesPrefix = 'aws/lambda/';
/** Batches of one sweep; the next takes the rest. */
const maxBatches = 200;

const batchSchema = z.object({ Records: z.array(z.unknown()) });
/** Metadata about the failure, and the whole event: as a JSON text, or as the object itself. */
const invocationSchema = z.object({ payload: z.union([z.string(), batchSchema]) });

/** Failed stream batches in the event source mapping's on-failure bucket. */
export function s3FailedBatches({ client, bucket }: { client: S3Client; bucket: string }): FailedBatches {
  return {
    async list() {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: failedBatchesPrefix, MaxKeys: maxBatches });
      const answer = await client.send(command).catch(failed('failed-batches.list'));
      return (answer.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    },

    async read(key) {
      const answer = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        .catch(failed('failed-batches.read'));
      return readBatch((await answer.Body?.transformToString()) ?? '');
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch(failed('failed-batches.remove'));
    },
  };
}

/** The stream records in one on-failure object. Throws, never retryable, where there are none to be found. */
export function readBatch(text: string): unknown[] {
  try {
    const { payload } = invocationSchema.parse(JSON.parse(text));
    return (typeof payload === 'string' ? batchSchema.parse(JSON.parse(payload)) : payload).Records;
  } catch (error) {
    const message = 'an on-failure object holds no stream records; it stays in the bucket for a person to read';
    throw new AdapterError('failed-batches.unreadable', message, { retryable: false, cause: error });
  }
}

function failed(code: string) {
  return (error: unknown): never => {
    throw awsFailure(code, 'reading failed batches', error);
  };
}
