import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type S3Answer, xmlAnswer } from './s3-objects.ts';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import { readAttributes, type S3Call } from './s3-request.ts';
import type { Bucket } from './s3-store.ts';
import type { Upload, UploadedPart } from './s3-uploads.ts';
import { element, elementsOf, textOf } from './xml.ts';

const maxPartNumber = 10_000;
/** Of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;

/** CreateMultipartUpload. What it says of the object goes with it when it is completed. */
export async function createUpload(bucket: Bucket, call: S3Call, request: IncomingMessage): Promise<S3Answer> {
  const attributes = readAttributes(call, request.headers);
  if (attributes.retention) throw notImplemented('a multipart upload with a retention');
  const id = randomBytes(16).toString('hex');
  await bucket.uploads.begin({ id, key: call.key, attributes, startedAt: new Date().toISOString() });
  const said = element('Bucket', bucket.name) + element('Key', call.key) + element('UploadId', id);
  return xmlAnswer('InitiateMultipartUploadResult', said);
}

/** UploadPart. The same number again replaces the part. */
export async function uploadPart(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  const upload = needUpload(bucket, call);
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > maxPartNumber)
    throw new S3Refusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  const { content, checksums } = call.body;
  const etag = createHash('md5').update(content).digest('hex');
  await bucket.uploads.addPart(upload.id, { number, size: content.length, etag, checksums }, content);
  const told = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]);
  return { status: 200, headers: { etag: `"${etag}"`, ...Object.fromEntries(told) } };
}

/** CompleteMultipartUpload: the object is there at once and whole, or not at all. */
export function completeUpload(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  if (call.header('if-none-match') !== undefined) throw notImplemented('If-None-Match on a multipart upload');
  return bucket.exclusively(call.key, async () => {
    const upload = needUpload(bucket, call);
    const parts = chosenParts(call.body.content.toString('utf8'), await bucket.uploads.parts(upload.id));
    const md5s = parts.map((part) => Buffer.from(part.etag, 'hex'));
    const etag = `${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${parts.length}`;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const content = bucket.uploads.read(
      upload.id,
      parts.map(({ number }) => number),
    );
    await bucket.add(call.key, content, { ...upload.attributes, checksums: composite(parts), size, etag });
    await bucket.uploads.remove(upload.id);
    const said = element('Bucket', bucket.name) + element('Key', call.key) + element('ETag', `"${etag}"`);
    return xmlAnswer('CompleteMultipartUploadResult', said);
  });
}

/** AbortMultipartUpload. */
export async function abortUpload(bucket: Bucket, call: S3Call): Promise<S3Answer> {
  await bucket.uploads.remove(needUpload(bucket, call).id);
  return { status: 204 };
}

function needUpload(bucket: Bucket, call: S3Call): Upload {
  const upload = bucket.uploads.find(call.query.get('uploadId') ?? '');
  if (upload?.key === call.key) return upload;
  throw new S3Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. It may have been aborted or completed.',
  );
}

/** The parts that a completion names, which must be there as it says, in order, and of the least size. */
function chosenParts(xml: string, known: ReadonlyMap<number, UploadedPart>): UploadedPart[] {
  const named = elementsOf(xml, 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag')?.replaceAll('"', ''),
    sha256: textOf(part, 'ChecksumSHA256'),
  }));
  if (named.length === 0)
    throw new S3Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  const parts = named.map(({ number, etag, sha256 }) => {
    const part = known.get(number);
    if (part && part.etag === etag && (sha256 === undefined || part.checksums.sha256 === sha256)) return part;
    throw new S3Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
  });
  if (parts.some((part, i) => i > 0 && part.number <= (parts[i - 1] as UploadedPart).number))
    throw new S3Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  if (parts.slice(0, -1).some(({ size }) => size < minPartBytes))
    throw new S3Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  return parts;
}

/** Of checksums that every part came with: the checksum of them all, with their number, as S3 tells it. */
function composite(parts: readonly UploadedPart[]): Record<string, string> {
  const sums = parts.map(({ checksums }) => checksums.sha256);
  if (sums.some((sum) => sum === undefined)) return {};
  const all = Buffer.concat(sums.map((sum) => Buffer.from(sum as string, 'base64')));
  return { sha256: `${createHash('sha256').update(all).digest('base64')}-${parts.length}` };
}
