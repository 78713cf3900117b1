import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { headSchema, signedCheckpointSchema } from '../../domain/checkpoint.ts';
import { canonicalJson } from '../../domain/hash.ts';
import { addMonths } from '../../domain/time.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { CheckpointStore, StoredCheckpoint } from '../../ports/checkpoint-store.ts';
import { awsFailure, errorName, statusOf } from './aws-failure.ts';

type Options = { client: S3Client; bucket: string };

const maxNumber = 9_999_999_999;

/**
 * Checkpoints in S3 under Object Lock in compliance mode: nobody, an account's root user included, can change or
 * remove one before its time. Keys count down, so that the newest is the first of a listing. One object holds the
 * signed checkpoint and its heads, so that neither is ever there without the other.
 */
export function s3Checkpoints({ client, bucket }: Options): CheckpointStore {
  const read = async (key: string): Promise<StoredCheckpoint | undefined> => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body && parse(await Body.transformToByteArray(), key);
    } catch (error) {
      if (error instanceof AdapterError) throw error;
      if (errorName(error) === 'NoSuchKey') return undefined;
      throw awsFailure('checkpoint.read', 'reading a checkpoint', error);
    }
  };
  return {
    async put(stored, months) {
      const { program, number, at } = stored.checkpoint;
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: checkpointKey(program, number),
        Body: gzipSync(canonicalJson(stored)),
        ContentType: 'application/json',
        ContentEncoding: 'gzip',
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(`${addMonths(at.slice(0, 10), months)}T00:00:00.000Z`),
      });
      try {
        await client.send(command);
        return 'stored';
      } catch (error) {
        if (statusOf(error) === 412) return 'exists';
        throw awsFailure('checkpoint.put', 'storing a checkpoint', error);
      }
    },
    read: (program, number) => read(checkpointKey(program, number)),
    async readSigned(program, number) {
      const stored = await read(checkpointKey(program, number));
      return stored && { checkpoint: stored.checkpoint, signature: stored.signature };
    },
    async latest(program) {
      try {
        const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${program}/`, MaxKeys: 1 });
        const key = (await client.send(command)).Contents?.[0]?.Key;
        return key === undefined ? undefined : await read(key);
      } catch (error) {
        if (error instanceof AdapterError) throw error;
        throw awsFailure('checkpoint.latest', 'looking for the last checkpoint', error);
      }
    },
  };
}

export function checkpointKey(program: string, number: number): string {
  return `${program}/${String(maxNumber - number).padStart(10, '0')}-${number}.json.gz`;
}

const storedSchema = () => z.strictObject({ ...signedCheckpointSchema().shape, heads: z.array(headSchema()) });

function parse(bytes: Uint8Array, key: string): StoredCheckpoint {
  try {
    return storedSchema().parse(JSON.parse(gunzipSync(bytes).toString()));
  } catch (cause) {
    const message = `the object ${key} is no checkpoint of ours; somebody has written there`;
    throw new AdapterError('checkpoint.altered', message, { retryable: false, cause });
  }
}
