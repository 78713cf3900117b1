import { type S3Answer, xmlAnswer } from './s3-objects.ts';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import type { S3Call } from './s3-request.ts';
import type { Bucket, BucketStore } from './s3-store.ts';
import { element, textOf } from './xml.ts';

const maxListKeys = 1000;

/** CreateBucket. Only us-east-1 exists here; there, as on AWS, creating one's own bucket again succeeds and changes nothing. */
export async function createBucket(store: BucketStore, call: S3Call): Promise<S3Answer> {
  checkBucketName(call.bucket);
  if (!store.find(call.bucket)) {
    const objectLock = call.header('x-amz-bucket-object-lock-enabled') === 'true';
    await store.declare(call.bucket, { objectLock, versioned: objectLock });
  }
  return { status: 200, headers: { location: `/${call.bucket}` } };
}

/** @throws S3Refusal InvalidBucketName. The rule also keeps a name from leaving the data folder. */
export function checkBucketName(name: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..')) {
    throw new S3Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
}

/** PutBucketVersioning, which can only turn it on. */
export async function putVersioning(store: BucketStore, bucket: Bucket, call: S3Call): Promise<S3Answer> {
  if (textOf(call.body.content.toString('utf8'), 'Status') !== 'Enabled') throw notImplemented('suspending versioning');
  await store.declare(bucket.name, { ...bucket.settings, versioned: true });
  return { status: 200 };
}

export function getVersioning(bucket: Bucket): S3Answer {
  return xmlAnswer('VersioningConfiguration', element('Status', bucket.settings.versioned ? 'Enabled' : undefined));
}

/** ListObjectsV2 by prefix, a page at a time. The continuation token is the last key of the page before. */
export function listObjects(bucket: Bucket, call: S3Call): S3Answer {
  const { query } = call;
  if (query.get('list-type') !== '2') throw notImplemented('ListObjects version 1');
  const prefix = query.get('prefix') ?? '';
  const limit = Math.min(Number(query.get('max-keys') ?? maxListKeys), maxListKeys);
  if (!Number.isInteger(limit) || limit < 0)
    throw new S3Refusal(400, 'InvalidArgument', 'max-keys must be a whole number of at least 0.');
  const token = query.get('continuation-token');
  const after = Buffer.from(token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url'));
  const matching = bucket
    .list()
    .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0);
  const page = matching.slice(0, limit);
  const isTruncated = limit > 0 && matching.length > page.length;
  const shown = (key: string) =>
    query.get('encoding-type') === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key;
  const contents = page.map(
    (version) =>
      `<Contents>${element('Key', shown(version.key))}${element('LastModified', version.lastModified)}${element('ETag', `"${version.etag}"`)}${element('Size', version.size)}<StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const last = page.at(-1)?.key ?? '';
  return xmlAnswer(
    'ListBucketResult',
    [
      element('Name', bucket.name),
      element('Prefix', shown(prefix)),
      element('KeyCount', page.length),
      element('MaxKeys', limit),
      element('EncodingType', query.get('encoding-type') ?? undefined),
      element('IsTruncated', isTruncated),
      element('ContinuationToken', token ?? undefined),
      isTruncated ? element('NextContinuationToken', Buffer.from(last).toString('base64url')) : '',
      ...contents,
    ].join(''),
  );
}
