import {
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { awsFailure, errorName, isDamaged, statusOf } from './aws-failure.ts';

type Options = { client: S3Client; bucket: string };

/** What a lifecycle rule removes: a document whose credential was never committed. */
const uncommittedTag = 'commit=pending';

/** Certificates in S3, one content a key. The bucket has versions, Object Lock and a lifecycle rule for the tag. */
export function s3Documents({ client, bucket }: Options): DocumentStore {
  return {
    async put(key, bytes) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: 'application/pdf',
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
        Tagging: uncommittedTag,
      });
      try {
        await client.send(command);
        return 'stored';
      } catch (error) {
        if (statusOf(error) === 412) return 'exists';
        // Among the rest: 409, another write of the same key is under way. Whichever wins, the next try finds it.
        throw awsFailure('document.put', 'storing a document', error);
      }
    },

    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (errorName(error) === 'NoSuchKey') return undefined;
        if (isDamaged(error)) {
          const message = 'a stored document is damaged: its checksum differs';
          throw new AdapterError('document.unreadable', message, { retryable: true, cause: error });
        }
        throw awsFailure('document.get', 'reading a document', error);
      }
    },

    async keep(key, retainUntil) {
      const until = new Date(`${retainUntil.slice(0, 10)}T00:00:00.000Z`);
      try {
        if (!((await lockedUntil(client, bucket, key)) >= until)) {
          const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: until };
          await client.send(new PutObjectRetentionCommand({ Bucket: bucket, Key: key, Retention }));
        }
        // Last, so that a document that lost its tag is locked for certain.
        await client.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        throw awsFailure('document.keep', 'locking a document', error);
      }
    },
  };
}

/** The date of the lock that is there: shortening it would need a permission that no step has. */
async function lockedUntil(client: S3Client, bucket: string, key: string): Promise<Date> {
  const never = new Date(0);
  try {
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: bucket, Key: key }));
    return Retention?.RetainUntilDate ?? never;
  } catch (error) {
    if (errorName(error) === 'NoSuchObjectLockConfiguration') return never;
    throw error;
  }
}
