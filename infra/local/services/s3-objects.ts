import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import { readAttributes, readTagging, type S3Call } from './s3-request.ts';
import { checkRemoval, checkRetentionChange, readRetention } from './s3-retention.ts';
import type { Bucket, ObjectVersion } from './s3-store.ts';
import { element, textOf } from './xml.ts';

export interface S3Answer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** PutObject, with `If-None-Match: *` atomic among concurrent requests. */
export async function putObject(bucket: Bucket, call: S3Call, request: IncomingMessage): Promise<S3Answer> {
  const { content, checksums } = call.body;
  const attributes = readAttributes(call, request.headers);
  const condition = call.header('if-none-match');
  if (condition !== undefined && condition !== '*') throw notImplemented('If-None-Match with an ETag');
  if (attributes.retention) {
    needObjectLock(bucket);
    checkRetentionChange(undefined, attributes.retention, false, Date.now());
  }
  const etag = createHash('md5').update(content).digest('hex');
  const version = await bucket.exclusively(call.key, async () => {
    if (condition === '*' && bucket.find(call.key)?.dataFile) {
      throw new S3Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
    return bucket.add(call.key, content, { ...attributes, checksums, size: content.length, etag });
  });
  return { status: 200, headers: { ...commonHeaders(version), ...checksumHeaders(version) } };
}

/** GetObject and HeadObject. */
export async function getObject(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  const version = needObject(bucket, call);
  const headers: Record<string, string> = {
    ...version.headers,
    ...commonHeaders(version),
    'accept-ranges': 'bytes',
    'content-type': version.contentType,
    'last-modified': new Date(version.lastModified).toUTCString(),
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...overrides(call.query),
  };
  const tags = Object.keys(version.tags).length;
  if (tags > 0) headers['x-amz-tagging-count'] = String(tags);
  if (version.retention) {
    headers['x-amz-object-lock-mode'] = version.retention.mode;
    headers['x-amz-object-lock-retain-until-date'] = version.retention.retainUntil;
  }
  if (call.header('if-none-match') === `"${version.etag}"`) return { status: 304, headers: commonHeaders(version) };
  const range = readRange(call.header('range'), version.size);
  const checksumMode = call.header('x-amz-checksum-mode') ?? call.query.get('x-amz-checksum-mode');
  if (!range && checksumMode === 'ENABLED') Object.assign(headers, checksumHeaders(version));
  const [first, last] = range ?? [0, version.size - 1];
  headers['content-length'] = String(last - first + 1);
  if (range) headers['content-range'] = `bytes ${first}-${last}/${version.size}`;
  const status = range ? 206 : 200;
  if (call.method === 'HEAD') return { status, headers };
  return { status, headers, body: (await readBytes(bucket, version)).subarray(first, last + 1) };
}

/** A data file that somebody has taken out of the folder is an object that is not there. */
async function readBytes(bucket: Bucket, version: ObjectVersion): Promise<Buffer> {
  try {
    return await bucket.read(version);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  }
}

/** DeleteObject: with a version id for good; without one in a versioned bucket by a delete marker, which no lock forbids. */
export function deleteObject(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  return bucket.exclusively(call.key, async () => {
    const versionId = call.query.get('versionId') ?? undefined;
    if (bucket.settings.versioned && versionId === undefined) {
      const marker = await addDeleteMarker(bucket, call.key);
      return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId } };
    }
    const version = bucket.find(call.key, versionId);
    if (!version) return { status: 204 };
    checkRemoval(version.retention, bypassesGovernance(call), Date.now());
    await bucket.remove(version);
    return { status: 204, headers: versionHeader(version) };
  });
}

/** Hides the object from now on and keeps its versions. */
export function addDeleteMarker(bucket: Bucket, key: string): Promise<ObjectVersion> {
  return bucket.add(key, undefined, {
    contentType: '',
    metadata: {},
    headers: {},
    checksums: {},
    tags: {},
    size: 0,
    etag: '',
  });
}

/** PutObjectRetention; an empty `<Retention/>` removes it. */
export function putRetention(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  needObjectLock(bucket);
  return bucket.exclusively(call.key, async () => {
    const version = needObject(bucket, call);
    const xml = call.body.content.toString('utf8');
    const next = readRetention(textOf(xml, 'Mode'), textOf(xml, 'RetainUntilDate'));
    checkRetentionChange(version.retention, next, bypassesGovernance(call), Date.now());
    await bucket.change(version, { retention: next });
    return { status: 200 };
  });
}

export function getRetention(bucket: Bucket, call: S3Call): S3Answer {
  needObjectLock(bucket);
  const { retention } = needObject(bucket, call);
  if (!retention) {
    throw new S3Refusal(
      404,
      'NoSuchObjectLockConfiguration',
      'The specified object does not have a ObjectLock configuration',
    );
  }
  return xmlAnswer('Retention', element('Mode', retention.mode) + element('RetainUntilDate', retention.retainUntil));
}

export function putTagging(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  return bucket.exclusively(call.key, async () => {
    const version = needObject(bucket, call);
    await bucket.change(version, { tags: readTagging(call.body.content.toString('utf8')) });
    return { status: 200, headers: versionHeader(version) };
  });
}

export function getTagging(bucket: Bucket, call: S3Call): S3Answer {
  const version = needObject(bucket, call);
  const tags = Object.entries(version.tags).map(
    ([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`,
  );
  return xmlAnswer('Tagging', `<TagSet>${tags.join('')}</TagSet>`, versionHeader(version));
}

export function deleteTagging(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  return bucket.exclusively(call.key, async () => {
    const version = needObject(bucket, call);
    await bucket.change(version, { tags: {} });
    return { status: 204, headers: versionHeader(version) };
  });
}

export function xmlAnswer(name: string, content: string, headers: Record<string, string> = {}): S3Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
  };
}

function needObject(bucket: Bucket, call: S3Call): ObjectVersion {
  const versionId = call.query.get('versionId') ?? undefined;
  const version = bucket.find(call.key, versionId);
  if (version?.dataFile) return version;
  if (version && versionId) throw new S3Refusal(405, 'MethodNotAllowed', 'The specified version is a delete marker.');
  if (versionId) throw new S3Refusal(404, 'NoSuchVersion', 'The specified version does not exist.');
  throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
}

function needObjectLock(bucket: Bucket): void {
  if (!bucket.settings.objectLock)
    throw new S3Refusal(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
}

function bypassesGovernance(call: S3Call): boolean {
  return call.header('x-amz-bypass-governance-retention') === 'true';
}

function commonHeaders(version: ObjectVersion): Record<string, string> {
  const encryption = Object.entries(version.headers).filter(([name]) =>
    name.startsWith('x-amz-server-side-encryption'),
  );
  return { etag: `"${version.etag}"`, ...versionHeader(version), ...Object.fromEntries(encryption) };
}

function versionHeader({ versionId }: ObjectVersion): Record<string, string> {
  return versionId === 'null' ? {} : { 'x-amz-version-id': versionId };
}

function checksumHeaders(version: ObjectVersion): Record<string, string> {
  const checksums = Object.entries(version.checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]);
  // Of an object that came in parts it is a checksum of checksums, with their number behind it.
  const type = /-\d+$/.test(checksums[0]?.[1] ?? '') ? 'COMPOSITE' : 'FULL_OBJECT';
  return checksums.length > 0 ? { ...Object.fromEntries(checksums), 'x-amz-checksum-type': type } : {};
}

/** `response-content-disposition=…` and the like, which a presigned link carries. */
function overrides(query: URLSearchParams): Record<string, string> {
  const given = [...query].filter(([name]) => name.startsWith('response-'));
  return Object.fromEntries(given.map(([name, value]) => [name.slice('response-'.length), value]));
}

/** First and last byte of a single range; undefined for none, or one that S3 ignores too. */
function readRange(header: string | undefined, size: number): [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] =
    match[1] === ''
      ? [Math.max(size - Number(match[2]), 0), size - 1]
      : [Number(match[1]), match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)];
  if (first > last) throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
  return [first, last];
}
