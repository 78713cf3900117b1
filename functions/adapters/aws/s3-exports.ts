import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ExportStore } from '../../ports/export-store.ts';
import { awsFailure } from './aws-failure.ts';

type Options = { client: S3Client; bucket: string };

/** S3 takes 10,000 parts of an object: 80 GB, and this much in memory at a time. */
const partBytes = 8 * 1024 * 1024;

/** Bundles in S3, each by a multipart upload: what breaks off leaves nothing that could pass for one. */
export function s3Exports({ client, bucket }: Options): ExportStore {
  return {
    async put(key, content) {
      const place = { Bucket: bucket, Key: key };
      const begin = { ...place, ContentType: 'application/zip', ChecksumAlgorithm: 'SHA256' as const };
      try {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand(begin));
        const upload = { ...place, UploadId };
        try {
          const { parts, ...sent } = await sendParts(client, upload, content);
          await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
          return sent;
        } catch (error) {
          // What cannot be aborted either is aborted by the bucket's own rule, after a day.
          await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
          throw error;
        }
      } catch (error) {
        throw awsFailure('export.put', 'storing a bundle', error);
      }
    },
  };
}

type Upload = { Bucket: string; Key: string; UploadId: string | undefined };

async function sendParts(client: S3Client, upload: Upload, content: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  const parts: CompletedPart[] = [];
  let bytes = 0;
  for await (const Body of inParts(content)) {
    hash.update(Body);
    bytes += Body.length;
    const PartNumber = parts.length + 1;
    const part = { ...upload, PartNumber, Body, ChecksumAlgorithm: 'SHA256' as const };
    const { ETag, ChecksumSHA256 } = await client.send(new UploadPartCommand(part));
    parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }
  return { parts, bytes, sha256: hash.digest('hex') };
}

/** Parts of one size but the last; of nothing, one empty part. */
async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(partBytes);
  let filled = 0;
  let any = false;
  for await (const chunk of content) {
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.subarray(from, from + partBytes - filled);
      part.set(taken, filled);
      filled += taken.length;
      from += taken.length;
      if (filled < partBytes) continue;
      yield part;
      any = true;
      part = new Uint8Array(partBytes);
      filled = 0;
    }
  }
  if (filled > 0 || !any) yield part.subarray(0, filled);
}
