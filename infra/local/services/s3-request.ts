import type { IncomingMessage } from 'node:http';
import type { ReceivedBody } from './s3-body.ts';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import { readRetention } from './s3-retention.ts';
import type { ObjectAttributes } from './s3-store.ts';
import { elementsOf, textOf } from './xml.ts';

/** One call, taken apart. */
export interface S3Call {
  method: string;
  /** Empty for the service itself. */
  bucket: string;
  /** Empty for the bucket itself. */
  key: string;
  query: URLSearchParams;
  /** `retention`, `tagging`, `uploads`, `uploadId`, `versioning`, `location`; empty for the object or bucket. */
  subresource: string;
  header(name: string): string | undefined;
  body: ReceivedBody;
}

/** Parameters that change nothing about which operation is meant. */
const plainParameters = new Set([
  'x-id',
  'versionId',
  'list-type',
  'prefix',
  'max-keys',
  'continuation-token',
  'start-after',
  'encoding-type',
  'fetch-owner',
  'response-content-type',
  'response-content-disposition',
  'response-cache-control',
  'response-content-encoding',
  'response-content-language',
  'response-expires',
  // In a presigned URL; otherwise a header.
  'x-amz-checksum-mode',
]);

const knownSubresources = new Set(['retention', 'tagging', 'uploads', 'uploadId', 'versioning', 'location']);

/** `x-amz-` headers that we act on, or that may be ignored without changing what the caller gets. Any other answers 501. */
const knownHeaders =
  /^x-amz-(acl$|meta-.*|content-sha256|date|security-token|user-agent|tagging|sdk-checksum-algorithm|checksum-.*|decoded-content-length|trailer|server-side-encryption(-aws-kms-key-id|-bucket-key-enabled|-context)?|object-lock-mode|object-lock-retain-until-date|bypass-governance-retention|bucket-object-lock-enabled|expected-bucket-owner|storage-class)$/;

/** Headers kept with an object and given back with it. */
const returnedHeaders = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
];

/** @throws S3Refusal NotImplemented for whatever parameter or header would have to be ignored. */
export function readCall(request: IncomingMessage, body: ReceivedBody): S3Call {
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  let subresource = '';
  for (const name of query.keys()) {
    if (plainParameters.has(name) || name.startsWith('X-Amz-')) continue;
    // Of an upload; a part of an object is not read alone here.
    if (name === 'partNumber' && query.has('uploadId')) continue;
    if (!knownSubresources.has(name) || subresource) throw notImplemented(`the parameter ${name}`);
    subresource = name;
  }
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  };
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !knownHeaders.test(name)) throw notImplemented(`the header ${name}`);
  }
  for (const name of ['if-match', 'if-modified-since', 'if-unmodified-since']) {
    if (header(name) !== undefined) throw notImplemented(`the header ${name}`);
  }
  if ((header('x-amz-storage-class') ?? 'STANDARD') !== 'STANDARD')
    throw notImplemented('storage classes but STANDARD');
  if ((header('x-amz-acl') ?? 'private') !== 'private') throw notImplemented('ACLs but private');
  const [, bucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { method: request.method ?? 'GET', bucket, key: decodeKey(rawKey), query, subresource, header, body };
}

/** What PutObject keeps beside the bytes, checksums apart. */
export function readAttributes(call: S3Call, headers: IncomingMessage['headers']): Omit<ObjectAttributes, 'checksums'> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = String(value);
  }
  const kept: Record<string, string> = { 'x-amz-server-side-encryption': 'AES256' };
  for (const name of returnedHeaders) {
    const value = call.header(name);
    if (value !== undefined) kept[name] = value;
  }
  const encoding = (call.header('content-encoding') ?? '')
    .split(/,\s*/)
    .filter((each) => each && each !== 'aws-chunked');
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  const retention = readRetention(
    call.header('x-amz-object-lock-mode'),
    call.header('x-amz-object-lock-retain-until-date'),
  );
  return {
    contentType: call.header('content-type') ?? 'binary/octet-stream',
    metadata,
    headers: kept,
    tags: checkTags([...new URLSearchParams(call.header('x-amz-tagging') ?? '')]),
    ...(retention ? { retention } : {}),
  };
}

export function readTagging(xml: string): Record<string, string> {
  return checkTags(elementsOf(xml, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']));
}

function checkTags(tags: [string, string][]): Record<string, string> {
  const wrong =
    tags.length > 10 ||
    new Set(tags.map(([key]) => key)).size < tags.length ||
    tags.some(([key, value]) => key.length < 1 || key.length > 128 || value.length > 256);
  if (wrong)
    throw new S3Refusal(
      400,
      'InvalidTag',
      'At most 10 tags, keys unique and of 1 to 128 characters, values of at most 256.',
    );
  return Object.fromEntries(tags);
}

function decodeKey(raw: string): string {
  let key: string;
  try {
    key = decodeURIComponent(raw);
  } catch {
    throw new S3Refusal(400, 'InvalidURI', 'The key is not valid percent-encoded UTF-8.');
  }
  if (Buffer.byteLength(key) > 1024) throw new S3Refusal(400, 'KeyTooLongError', 'Your key is too long');
  return key;
}
