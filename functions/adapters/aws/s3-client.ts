import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings, endpointOf } from './client-settings.ts';

/** A client for both buckets. Local servers know a bucket by the path, not by a host name. */
export function s3Client(): S3Client {
  const settings = clientSettings('S3', { requestTimeoutMs: 10_000 });
  return new S3Client({ ...settings, forcePathStyle: endpointOf('S3') !== undefined });
}
