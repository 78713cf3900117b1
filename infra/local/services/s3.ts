import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, serveHttp } from './http-server.ts';
import { receiveBody } from './s3-body.ts';
import { checkBucketName, createBucket, getVersioning, listObjects, putVersioning } from './s3-buckets.ts';
import { faultyDisk, isDiskFull } from './s3-faults.ts';
import { type ExpirationRule, expireObjects } from './s3-lifecycle.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './s3-multipart.ts';
import {
  deleteObject,
  deleteTagging,
  getObject,
  getRetention,
  getTagging,
  putObject,
  putRetention,
  putTagging,
  type S3Answer,
  xmlAnswer,
} from './s3-objects.ts';
import { notImplemented, S3Refusal } from './s3-refusal.ts';
import { readCall, type S3Call } from './s3-request.ts';
import { type Bucket, type BucketStore, openBucketStore } from './s3-store.ts';
import { sha256Hex, signatureFault } from './sigv4.ts';
import { element } from './xml.ts';

export interface S3Options {
  /** One folder a bucket. */
  dataDir: string;
  /** 0 or none: any free port. */
  port?: number;
  /** Buckets that exist from the start; Object Lock implies versions. */
  buckets?: { name: string; versioned?: boolean; objectLock?: boolean }[];
  expiration?: ExpirationRule[];
  expirationSweepSeconds?: number;
}

export interface RunningS3 {
  endpoint: string;
  port: number;
  stop(): Promise<void>;
}

const maxObjectBytes = 256 * 1024 * 1024;

/**
 * Amazon S3 on 127.0.0.1, path style (`forcePathStyle: true`): what the flow uses and no more. Put (if absent, tags, metadata,
 * retention, checksums), in parts too (create, upload, complete, abort), Get (range, version, presigned), Head, Delete, ListObjectsV2, retention, tagging,
 * versioning, CreateBucket, HeadBucket. Anything
 * else, down to a header that would have to be ignored, answers 501 NotImplemented. What was acknowledged survives `kill -9` and power cuts.
 * A full disk answers 500 InternalError; `POST /_faults {"disk":"full"}` makes it full until `{}`.
 *
 * @throws LocalError `port-in-use`.
 */
export async function startS3(options: S3Options): Promise<RunningS3> {
  const disk = faultyDisk();
  const store = await openBucketStore(options.dataDir, disk.write);
  for (const { name, versioned = false, objectLock = false } of options.buckets ?? []) {
    checkBucketName(name);
    await store.declare(name, { versioned: versioned || objectLock, objectLock });
  }
  const server = await serveHttp('S3', options.port ?? 0, (request, response) =>
    request.url === '/_faults' ? disk.serveFaults(request, response) : serve(store, request, response),
  );
  const rules = options.expiration ?? [];
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(
    () => {
      sweeping = sweeping.then(() => expireObjects(store, rules, Date.now())).catch(() => undefined);
    },
    (options.expirationSweepSeconds ?? 3600) * 1000,
  ).unref();
  return {
    endpoint: server.endpoint,
    port: server.port,
    async stop() {
      clearInterval(timer);
      await server.stop();
      await sweeping;
    },
  };
}

async function serve(store: BucketStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let answer: S3Answer;
  try {
    const body = await readBody(request, maxObjectBytes);
    if (body === 'too-large') throw new S3Refusal(400, 'EntityTooLarge', `At most ${maxObjectBytes} bytes here.`);
    const payloadHash = String(request.headers['x-amz-content-sha256'] ?? sha256Hex(body));
    const unsigned = signatureFault(request, 's3', payloadHash, Date.now());
    if (unsigned)
      throw new S3Refusal(
        unsigned.code === 'AuthorizationQueryParametersError' ? 400 : 403,
        unsigned.code,
        unsigned.message,
      );
    answer = await answerCall(store, readCall(request, receiveBody(body, request.headers)), request);
  } catch (error) {
    const refusal = isDiskFull(error)
      ? new S3Refusal(500, 'InternalError', 'We encountered an internal error. Please try again.')
      : error;
    if (!(refusal instanceof S3Refusal)) throw error;
    const resource = (request.url ?? '/').split('?')[0] ?? '/';
    answer = {
      status: refusal.status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${element('Code', refusal.code)}${element('Message', refusal.message)}${element('Resource', resource)}</Error>`,
    };
  }
  const headers = { ...answer.headers, 'x-amz-request-id': randomUUID() };
  const content = Buffer.from(answer.body ?? '');
  const hasNoBody = request.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, hasNoBody ? headers : { ...headers, 'content-length': content.length });
  response.end(hasNoBody ? undefined : content);
}

async function answerCall(store: BucketStore, call: S3Call, request: IncomingMessage): Promise<S3Answer> {
  if (call.bucket === '') throw notImplemented(`${call.method} on the service`);
  if (call.method === 'PUT' && call.key === '' && call.subresource === '') return createBucket(store, call);
  const bucket = store.find(call.bucket);
  if (!bucket) throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return call.key === '' ? answerBucketCall(store, bucket, call) : answerObjectCall(bucket, call, request);
}

async function answerBucketCall(store: BucketStore, bucket: Bucket, call: S3Call): Promise<S3Answer> {
  switch (`${call.method} ${call.subresource}`.trim()) {
    case 'HEAD':
      return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
    case 'GET':
      return listObjects(bucket, call);
    case 'GET location':
      // Empty means us-east-1.
      return xmlAnswer('LocationConstraint', '');
    case 'GET versioning':
      return getVersioning(bucket);
    case 'PUT versioning':
      return putVersioning(store, bucket, call);
    default:
      throw notImplemented(`${call.method} ${call.subresource} on a bucket`);
  }
}

async function answerObjectCall(bucket: Bucket, call: S3Call, request: IncomingMessage): Promise<S3Answer> {
  switch (`${call.method} ${call.subresource}`.trim()) {
    case 'PUT':
      return putObject(bucket, call, request);
    case 'GET':
    case 'HEAD':
      return getObject(bucket, call);
    case 'DELETE':
      return deleteObject(bucket, call);
    case 'PUT retention':
      return putRetention(bucket, call);
    case 'GET retention':
      return getRetention(bucket, call);
    case 'PUT tagging':
      return putTagging(bucket, call);
    case 'GET tagging':
      return getTagging(bucket, call);
    case 'DELETE tagging':
      return deleteTagging(bucket, call);
    case 'POST uploads':
      return createUpload(bucket, call, request);
    case 'PUT uploadId':
      return uploadPart(bucket, call);
    case 'POST uploadId':
      return completeUpload(bucket, call);
    case 'DELETE uploadId':
      return abortUpload(bucket, call);
    default:
      throw notImplemented(`${call.method} ${call.subresource} on an object`);
  }
}
