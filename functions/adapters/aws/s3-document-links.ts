import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { addSeconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentLinks } from '../../ports/document-links.ts';
import { awsFailure } from './aws-failure.ts';

/** Long enough for a slow phone to begin, too short to be worth passing on. */
export const linkSeconds = 300;

/** Presigned GETs of the documents bucket: signed here, without a request to anybody. */
export function s3DocumentLinks(options: { client: S3Client; bucket: string; clock: Clock }): DocumentLinks {
  const { client, bucket, clock } = options;
  return {
    async link(key, filename) {
      const now = clock.now();
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentType: 'application/pdf',
        ResponseContentDisposition: `attachment; filename="${filename}"`,
        ResponseCacheControl: 'no-store',
      });
      try {
        const url = await getSignedUrl(client, command, { expiresIn: linkSeconds, signingDate: new Date(now) });
        return { url, expiresAt: addSeconds(now, linkSeconds) };
      } catch (error) {
        throw awsFailure('document.link', 'signing a link', error);
      }
    },
  };
}
