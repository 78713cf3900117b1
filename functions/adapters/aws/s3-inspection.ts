import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { sha256 } from '../../domain/hash.ts';
import type { DocumentInspection, InspectedDocument } from '../../ports/inspection.ts';
import { awsFailure, errorName, isDamaged, statusOf } from './aws-failure.ts';

/** The documents bucket as it is. */
export function s3Inspection({ client, bucket }: { client: S3Client; bucket: string }): DocumentInspection {
  return {
    async *keys(program) {
      const prefix = program === undefined ? {} : { Prefix: `${program}/` };
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, ...prefix })) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        }
      } catch (error) {
        throw awsFailure('document.list', 'listing documents', error);
      }
    },

    async look(key) {
      const place = { Bucket: bucket, Key: key };
      try {
        const { Body } = await client.send(new GetObjectCommand(place));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(place));
        const committed = !TagSet.some(({ Key, Value }) => Key === 'commit' && Value === 'pending');
        return { hash: sha256(bytes), committed, ...(await lockOf(client, place)) };
      } catch (error) {
        if (errorName(error) === 'NoSuchKey') return undefined;
        // An answer of one object; a bucket that is slow, closed or not there has others.
        if (isDamaged(error) || statusOf(error) === 500) return 'unreadable';
        throw awsFailure('document.look', 'looking at a document', error);
      }
    },
  };
}

async function lockOf(
  client: S3Client,
  place: { Bucket: string; Key: string },
): Promise<Pick<InspectedDocument, 'lockedUntil'>> {
  try {
    const { Retention } = await client.send(new GetObjectRetentionCommand(place));
    return Retention?.RetainUntilDate ? { lockedUntil: Retention.RetainUntilDate.toISOString() } : {};
  } catch (error) {
    if (errorName(error) === 'NoSuchObjectLockConfiguration') return {};
    throw error;
  }
}
