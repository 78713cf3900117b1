import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ExportLinks } from '../../ports/export-store.ts';
import { awsFailure, statusOf } from './aws-failure.ts';

/** Presigned addresses of bundles, by whoever may read the bucket. */
export function s3ExportLinks({ client, bucket }: { client: S3Client; bucket: string }): ExportLinks {
  return {
    async link(key, fileName, seconds) {
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        const command = new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ResponseContentDisposition: `attachment; filename="${fileName}"`,
          ResponseCacheControl: 'private, no-store',
        });
        return await getSignedUrl(client, command, { expiresIn: seconds });
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw awsFailure('export.link', 'making an address for a bundle', error);
      }
    },
  };
}
