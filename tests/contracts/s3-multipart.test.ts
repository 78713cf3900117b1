import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3ExportLinks } from '../../functions/adapters/aws/s3-export-links.ts';
import { s3Exports } from '../../functions/adapters/aws/s3-exports.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type SpawnedService, spawnService } from '../../infra/local/services/process.ts';
import { expireObjects } from '../../infra/local/services/s3-lifecycle.ts';
import { openBucketStore } from '../../infra/local/services/s3-store.ts';
import { temporaryFolder } from './local-service.ts';

const folder = temporaryFolder();
const bucket = 'exports';
const mib = 1024 * 1024;
let server: SpawnedService;
let s3: S3Client;

beforeAll(async () => {
  server = await spawnService('s3', { dataDir: folder.path, buckets: [{ name: bucket }] });
  s3 = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  folder.remove();
});

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const begin = async (Key: string) => {
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key,
      ContentType: 'application/zip',
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  return { Bucket: bucket, Key, UploadId };
};
const part = async (upload: Awaited<ReturnType<typeof begin>>, PartNumber: number, Body: Uint8Array) => {
  const sent = { ...upload, PartNumber, Body, ChecksumAlgorithm: 'SHA256' as const };
  const { ETag, ChecksumSHA256 } = await s3.send(new UploadPartCommand(sent));
  return { PartNumber, ETag, ChecksumSHA256 };
};
const complete = (upload: Awaited<ReturnType<typeof begin>>, Parts: Awaited<ReturnType<typeof part>>[]) =>
  s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
const bytesOf = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
};

describe('an object that comes in parts', () => {
  test('is there whole once it is completed, and not before', async () => {
    const upload = await begin('whole.zip');
    const [one, two] = [randomBytes(5 * mib), randomBytes(1000)];
    const second = await part(upload, 2, two);
    const first = await part(upload, 1, one);
    await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'whole.zip' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect((await complete(upload, [first, second])).ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(sha256(await bytesOf('whole.zip'))).toBe(sha256(Buffer.concat([one, two])));
    const { ContentType, ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'whole.zip' }));
    expect([ContentType, ContentLength]).toEqual(['application/zip', 5 * mib + 1000]);
    await expect(part(upload, 3, two)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('has the part that was sent last under a number', async () => {
    const upload = await begin('again.zip');
    await part(upload, 1, Buffer.from('before'));
    await complete(upload, [await part(upload, 1, Buffer.from('after'))]);
    expect(Buffer.from(await bytesOf('again.zip')).toString()).toBe('after');
  });

  test('that is aborted leaves nothing', async () => {
    const upload = await begin('aborted.zip');
    const sent = await part(upload, 1, Buffer.from('x'));
    await s3.send(new AbortMultipartUploadCommand(upload));
    await expect(complete(upload, [sent])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'aborted.zip' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  test('outlives a server that is killed', async () => {
    const upload = await begin('killed.zip');
    const first = await part(upload, 1, Buffer.alloc(5 * mib, 1));
    await server.restart();
    await complete(upload, [first, await part(upload, 2, Buffer.from('end'))]);
    expect((await bytesOf('killed.zip')).length).toBe(5 * mib + 3);
  });

  test.each([
    ['a part that was never sent', [{ PartNumber: 9, ETag: '"x"', ChecksumSHA256: 'x' }], 'InvalidPart'],
    ['no part', [], 'MalformedXML'],
  ])('cannot be completed with %s', async (_, parts, name) => {
    const upload = await begin('wrong.zip');
    await part(upload, 1, Buffer.from('x'));
    await expect(complete(upload, parts)).rejects.toMatchObject({ name });
  });

  test('cannot be completed out of order, or with small parts before the last', async () => {
    const upload = await begin('small.zip');
    const [one, two] = [await part(upload, 1, Buffer.from('1')), await part(upload, 2, Buffer.from('2'))];
    await expect(complete(upload, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(upload, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
  });

  test('is not listed by its parts here: what is not known says so', async () => {
    await expect(s3.send(new ListPartsCommand(await begin('listed.zip')))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});

test('an upload that nobody completed goes by itself after the days of its rule', async () => {
  const store = await openBucketStore(temporaryFolder().path);
  const { uploads } = await store.declare('drafts', { versioned: false, objectLock: false });
  const attributes = { contentType: 'application/zip', metadata: {}, headers: {}, tags: {} };
  await uploads.begin({ id: 'u1', key: 'a.zip', attributes, startedAt: new Date().toISOString() });
  const rules = [{ bucket: 'drafts', uploadsAfterDays: 1 }];
  expect(await expireObjects(store, rules, Date.now() + 23 * 3_600_000)).toBe(0);
  expect(await expireObjects(store, rules, Date.now() + 25 * 3_600_000)).toBe(1);
  expect(uploads.all()).toEqual([]);
});

describe('a bundle', () => {
  const bundles = () => s3Exports({ client: s3, bucket });
  async function* chunks(sizes: readonly number[]) {
    for (const [i, size] of sizes.entries()) yield Buffer.alloc(size, i + 1);
  }
  const whole = (sizes: readonly number[]) => Buffer.concat(sizes.map((size, i) => Buffer.alloc(size, i + 1)));

  test.each([
    ['smaller than a part', [10, 20]],
    ['of exactly two parts', [8 * mib, 3 * mib, 5 * mib]],
    ['of parts and a rest', [3 * mib, 9 * mib + 1, 6 * mib]],
    ['of nothing', []],
  ])('%s comes back as it was put, with its length and hash told', async (name, sizes) => {
    const key = `harbor/${name.replaceAll(' ', '-')}.zip`;
    const stored = await bundles().put(key, chunks(sizes));
    const expected = whole(sizes);
    expect(stored).toEqual({ bytes: expected.length, sha256: sha256(expected) });
    expect(sha256(await bytesOf(key))).toBe(stored.sha256);
  });

  test('whose making breaks off is not there, and leaves no parts', async () => {
    async function* broken() {
      yield Buffer.alloc(9 * mib);
      throw new Error('the writer gave up');
    }
    await expect(bundles().put('harbor/broken.zip', broken())).rejects.toMatchObject({ code: 'export.put' });
    const links = s3ExportLinks({ client: s3, bucket });
    expect(await links.link('harbor/broken.zip', 'x.zip', 60)).toBeUndefined();
  });

  test('is fetched by an address without signing in, under its name, for as long as it says', async () => {
    await bundles().put('harbor/linked.zip', chunks([100]));
    const links = s3ExportLinks({ client: s3, bucket });
    const link = (await links.link('harbor/linked.zip', 'harbor-1.zip', 3)) ?? '';
    const answer = await fetch(link);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="harbor-1.zip"');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect((await answer.arrayBuffer()).byteLength).toBe(100);
    await sleep(4100);
    expect((await fetch(link)).status).toBe(403);
  });
});
