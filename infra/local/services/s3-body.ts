import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import { sha256Hex } from './sigv4.ts';

export interface ReceivedBody {
  content: Buffer;
  /** Header name without `x-amz-checksum-` → value, of each checksum that the client sent and that holds. */
  checksums: Record<string, string>;
}

const algorithms: Record<string, (content: Buffer) => string> = {
  crc32: (content) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(content));
    return sum.toString('base64');
  },
  sha1: (content) => createHash('sha1').update(content).digest('base64'),
  sha256: (content) => createHash('sha256').update(content).digest('base64'),
};

/**
 * The object in a request body: out of its `aws-chunked` framing where it came in that, and checked against every digest and
 * length that the client sent, in headers or trailer.
 *
 * @throws S3Refusal BadDigest, XAmzContentSHA256Mismatch, IncompleteBody, InvalidRequest; NotImplemented for signed chunks and other checksums.
 */
export function receiveBody(raw: Buffer, headers: IncomingHttpHeaders): ReceivedBody {
  const declared = String(headers['x-amz-content-sha256'] ?? '');
  if (declared.startsWith('STREAMING-') && declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    throw notImplemented(declared);
  const { content, trailer } = declared.startsWith('STREAMING-') ? decodeChunked(raw) : { content: raw, trailer: {} };
  if (/^[0-9a-f]{64}$/.test(declared) && sha256Hex(content) !== declared) {
    throw new S3Refusal(400, 'XAmzContentSHA256Mismatch', 'The body is not what x-amz-content-sha256 says.');
  }
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && Number(length) !== content.length) {
    throw new S3Refusal(400, 'IncompleteBody', `Got ${content.length} of ${length} bytes.`);
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(content).digest('base64') !== md5) {
    throw new S3Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  return { content, checksums: checkSums(content, { ...headers, ...trailer }) };
}

function checkSums(content: Buffer, headers: IncomingHttpHeaders): Record<string, string> {
  const checksums: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const algorithm = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/.exec(name)?.[1];
    if (!algorithm || typeof value !== 'string') continue;
    const compute = algorithms[algorithm];
    if (!compute) throw notImplemented(`the checksum ${algorithm}`);
    if (compute(content) !== value) {
      throw new S3Refusal(
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    checksums[algorithm] = value;
  }
  return checksums;
}

/** `HEX[;extension]\r\n data \r\n` … `0\r\n`, then trailer lines and an empty one. */
function decodeChunked(raw: Buffer): { content: Buffer; trailer: Record<string, string> } {
  const incomplete = new S3Refusal(400, 'IncompleteBody', 'The aws-chunked body ends early or is malformed.');
  const chunks: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', offset);
    if (lineEnd < 0) throw incomplete;
    const size = Number.parseInt(raw.toString('latin1', offset, lineEnd).split(';')[0] ?? '', 16);
    offset = lineEnd + 2;
    if (Number.isNaN(size) || offset + size > raw.length) throw incomplete;
    if (size === 0) break;
    chunks.push(raw.subarray(offset, offset + size));
    offset += size + 2;
  }
  const trailer: Record<string, string> = {};
  for (const line of raw.toString('latin1', offset).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailer[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { content: Buffer.concat(chunks), trailer };
}
