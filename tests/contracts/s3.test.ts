import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunningS3, startS3 } from '../../infra/local/services/s3.ts';
import { expireObjects } from '../../infra/local/services/s3-lifecycle.ts';
import { openBucketStore } from '../../infra/local/services/s3-store.ts';
import { stopLater, temporaryFolder } from './local-service.ts';

/** The SDK's own signer, of which its types show only `sign`. */
interface Presigner {
  presign(request: unknown, options: unknown): Promise<{ path: string; query: Record<string, string> }>;
}

const folder = temporaryFolder();
let server: RunningS3;
let s3: S3Client;

beforeAll(async () => {
  server = await startS3({
    dataDir: folder.path,
    buckets: [{ name: 'plain' }, { name: 'locked', objectLock: true }],
  });
  s3 = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  folder.remove();
});

const inOneDay = () => new Date(Date.now() + 86_400_000);
const put = (
  Key: string,
  Body: NonNullable<PutObjectCommandInput['Body']>,
  more: Partial<PutObjectCommandInput> = {},
) => s3.send(new PutObjectCommand({ Bucket: 'plain', Key, Body, ...more }));
const textOfObject = async (Key: string, more: { Bucket?: string; VersionId?: string; Range?: string } = {}) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'plain', Key, ...more }));
  return Body?.transformToString();
};

describe('objects', () => {
  test('an object comes back with its bytes, type, metadata, encryption and checksum', async () => {
    const kept = await put('a/Zeugnis für Ünal.pdf', Buffer.from('%PDF-1.7'), {
      ContentType: 'application/pdf',
      Metadata: { credential: 'c-1' },
      ContentDisposition: 'inline',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'arn:aws:kms:us-east-1:000000000000:key/documents',
    });
    expect(kept).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      ETag: `"${createHash('md5').update('%PDF-1.7').digest('hex')}"`,
    });
    expect(kept.ChecksumCRC32).toBeDefined();
    const found = await s3.send(
      new GetObjectCommand({ Bucket: 'plain', Key: 'a/Zeugnis für Ünal.pdf', ChecksumMode: 'ENABLED' }),
    );
    expect(found).toMatchObject({
      ContentType: 'application/pdf',
      ContentLength: 8,
      ContentDisposition: 'inline',
      Metadata: { credential: 'c-1' },
      SSEKMSKeyId: 'arn:aws:kms:us-east-1:000000000000:key/documents',
      ChecksumCRC32: kept.ChecksumCRC32,
    });
    expect(await found.Body?.transformToString()).toBe('%PDF-1.7');
  });

  test('a stream, sent by the SDK in chunks with its checksum in the trailer, is stored without them', async () => {
    const content = 'x'.repeat(200_000);
    await put('streamed', Readable.from([Buffer.from(content)]), { ContentLength: content.length });
    expect(await textOfObject('streamed')).toBe(content);
  });

  test('an empty object is an object', async () => {
    await put('empty', Buffer.alloc(0));
    expect(await textOfObject('empty')).toBe('');
  });

  test('a body that is not what its checksum says is refused and leaves nothing', async () => {
    await expect(
      put('wrong', 'body', { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }),
    ).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(textOfObject('wrong')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('of twenty concurrent puts that must not overwrite, one succeeds and the others fail the precondition', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('once', `writer ${index}`, { IfNoneMatch: '*' })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    }
    const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled');
    expect(await textOfObject('once')).toBe(`writer ${winner}`);
  });

  test('a range gives its bytes, and one past the end is refused', async () => {
    await put('ranged', '0123456789');
    expect(await textOfObject('ranged', { Range: 'bytes=2-4' })).toBe('234');
    expect(await textOfObject('ranged', { Range: 'bytes=-3' })).toBe('789');
    await expect(textOfObject('ranged', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('head tells of an object that is there and of one that is not', async () => {
    await put('head', 'abc');
    expect(await s3.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'head' }))).toMatchObject({ ContentLength: 3 });
    await expect(s3.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'nothing' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('a listing by prefix goes page by page through all keys in their order', async () => {
    for (const key of ['l/c', 'l/a', 'l/é', 'l/b', 'other']) await put(key, key);
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: 'plain',
          Prefix: 'l/',
          MaxKeys: 2,
          ...(token ? { ContinuationToken: token } : {}),
        }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      token = page.NextContinuationToken;
    } while (token);
    expect(keys).toEqual(['l/a', 'l/b', 'l/c', 'l/é']);
  });

  test('tags are put with the object, replaced, read and removed', async () => {
    await put('tagged', 'x', { Tagging: 'state=uncommitted&by=a%20b' });
    const tagging = { Bucket: 'plain', Key: 'tagged' };
    expect((await s3.send(new GetObjectTaggingCommand(tagging))).TagSet).toEqual([
      { Key: 'state', Value: 'uncommitted' },
      { Key: 'by', Value: 'a b' },
    ]);
    await s3.send(new PutObjectTaggingCommand({ ...tagging, Tagging: { TagSet: [{ Key: 'a', Value: '<&>' }] } }));
    expect((await s3.send(new GetObjectTaggingCommand(tagging))).TagSet).toEqual([{ Key: 'a', Value: '<&>' }]);
    await s3.send(new DeleteObjectTaggingCommand(tagging));
    expect((await s3.send(new GetObjectTaggingCommand(tagging))).TagSet).toEqual([]);
  });

  test('a deleted object is gone, and deleting it again succeeds', async () => {
    await put('gone', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'gone' }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'gone' }));
    await expect(textOfObject('gone')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('object lock', () => {
  const retain = (Key: string, Mode: 'GOVERNANCE' | 'COMPLIANCE', RetainUntilDate: Date, bypass = false) =>
    s3.send(
      new PutObjectRetentionCommand({
        Bucket: 'locked',
        Key,
        Retention: { Mode, RetainUntilDate },
        ...(bypass ? { BypassGovernanceRetention: true } : {}),
      }),
    );
  const remove = (Key: string, VersionId: string | undefined, bypass = false) =>
    s3.send(
      new DeleteObjectCommand({
        Bucket: 'locked',
        Key,
        VersionId,
        ...(bypass ? { BypassGovernanceRetention: true } : {}),
      }),
    );
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

  test('a version under compliance is neither deleted nor shortened nor weakened, with the bypass or without; it is prolonged', async () => {
    const { VersionId } = await put('c', 'x', { Bucket: 'locked' });
    const until = inOneDay();
    await retain('c', 'COMPLIANCE', until);
    await expect(remove('c', VersionId, true)).rejects.toMatchObject(denied);
    await expect(retain('c', 'COMPLIANCE', new Date(until.getTime() - 60_000), true)).rejects.toMatchObject(denied);
    await expect(retain('c', 'GOVERNANCE', until, true)).rejects.toMatchObject(denied);
    const later = new Date(until.getTime() + 60_000);
    await retain('c', 'COMPLIANCE', later);
    const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket: 'locked', Key: 'c' }));
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: later });
  });

  test('a version under governance is deleted with the bypass only', async () => {
    const { VersionId } = await put('g', 'x', {
      Bucket: 'locked',
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: inOneDay(),
    });
    await expect(remove('g', VersionId)).rejects.toMatchObject(denied);
    await remove('g', VersionId, true);
    await expect(textOfObject('g', { Bucket: 'locked' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('overwriting or plainly deleting a locked key keeps the locked version', async () => {
    const { VersionId } = await put('v', 'first', {
      Bucket: 'locked',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: inOneDay(),
    });
    await put('v', 'second', { Bucket: 'locked' });
    expect(await textOfObject('v', { Bucket: 'locked' })).toBe('second');
    expect((await remove('v', undefined)).DeleteMarker).toBe(true);
    await expect(textOfObject('v', { Bucket: 'locked' })).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await textOfObject('v', { Bucket: 'locked', VersionId: VersionId ?? '' })).toBe('first');
    await put('v', 'third', { Bucket: 'locked', IfNoneMatch: '*' });
  });

  test('a bucket without object lock takes no retention', async () => {
    await put('r', 'x');
    const retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: inOneDay() };
    await expect(
      s3.send(new PutObjectRetentionCommand({ Bucket: 'plain', Key: 'r', Retention: retention })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
  });
});

describe('buckets and access', () => {
  test('a bucket is created with object lock, and then keeps versions', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'made-here', ObjectLockEnabledForBucket: true }));
    await s3.send(new HeadBucketCommand({ Bucket: 'made-here' }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'made-here' }))).Status).toBe('Enabled');
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'not-made' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(put('k', 'x', { Bucket: 'not-made' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('what the server does not know it refuses with 501, operations and headers alike', async () => {
    const unknown = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await put('src', 'x');
    await expect(
      s3.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'copy', CopySource: 'plain/src' })),
    ).rejects.toMatchObject(unknown);
    await expect(
      s3.send(new PutObjectAclCommand({ Bucket: 'plain', Key: 'src', ACL: 'private' })),
    ).rejects.toMatchObject(unknown);
    await expect(put('cold', 'x', { StorageClass: 'GLACIER' })).rejects.toMatchObject(unknown);
    await expect(put('match', 'x', { IfMatch: '"abc"' })).rejects.toMatchObject(unknown);
  });

  test('a request that is unsigned or signed with other credentials is refused', async () => {
    await put('private', 'x');
    expect((await fetch(`${server.endpoint}/plain/private`)).status).toBe(403);
    const stranger = new S3Client({
      ...localClientConfig(server.endpoint),
      credentials: { accessKeyId: 'local', secretAccessKey: 'guess' },
      forcePathStyle: true,
    });
    await expect(stranger.send(new GetObjectCommand({ Bucket: 'plain', Key: 'private' }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    stranger.destroy();
  });

  test('a presigned link gives the object until it expires, and nothing once it is altered', async () => {
    await put('shared file.txt', 'for the holder');
    const presign = async (expiresIn: number, signingDate = new Date()) => {
      const signer = await s3.config.signer({
        name: 'sigv4',
        signingName: 's3',
        signingRegion: 'us-east-1',
        properties: {},
      } as never);
      const { hostname, port } = new URL(server.endpoint);
      const signed = await (signer as unknown as Presigner).presign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: '/plain/shared%20file.txt',
          query: { 'response-content-disposition': 'attachment; filename="a b.txt"' },
          headers: { host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        },
        {
          expiresIn,
          signingDate,
          unhoistableHeaders: new Set(['x-amz-content-sha256']),
          unsignableHeaders: new Set(['x-amz-content-sha256']),
        },
      );
      return `${server.endpoint}${signed.path}?${new URLSearchParams(signed.query)}`;
    };
    const answer = await fetch(await presign(60));
    expect(await answer.text()).toBe('for the holder');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a b.txt"');
    const late = await fetch(await presign(60, new Date(Date.now() - 61_000)));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    const altered = await fetch((await presign(60)).replace('shared%20file', 'private'));
    expect([altered.status, await altered.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
  });
});

test('objects, versions, tags and locks are there after a restart', async () => {
  const own = temporaryFolder();
  const buckets = [{ name: 'kept', objectLock: true }];
  const first = await startS3({ dataDir: own.path, buckets });
  const client = new S3Client({ ...localClientConfig(first.endpoint), forcePathStyle: true });
  const { VersionId } = await client.send(
    new PutObjectCommand({
      Bucket: 'kept',
      Key: 'k.json',
      Body: '{"a":1}',
      Tagging: 'a=b',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: inOneDay(),
    }),
  );
  await client.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k.json', Body: '{"a":2}' }));
  await first.stop();
  await stopLater(startS3({ dataDir: own.path, buckets, port: first.port }));
  const current = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'k.json' }));
  expect(await current.Body?.transformToString()).toBe('{"a":2}');
  const old = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'k.json', VersionId }));
  expect([await old.Body?.transformToString(), old.TagCount, old.ObjectLockMode]).toEqual(['{"a":1}', 1, 'COMPLIANCE']);
  await expect(client.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'k.json', VersionId }))).rejects.toThrow(
    'object lock',
  );
  client.destroy();
  own.remove();
});

test('an object with the rule’s tag expires after its days; an untagged or younger one stays', async () => {
  const own = temporaryFolder();
  const store = await openBucketStore(own.path);
  const bucket = await store.declare('docs', { versioned: false, objectLock: false });
  const facts = { contentType: '', metadata: {}, headers: {}, checksums: {}, size: 1, etag: 'e' };
  await bucket.add('orphan', Buffer.from('x'), { ...facts, tags: { state: 'uncommitted' } });
  await bucket.add('issued', Buffer.from('x'), { ...facts, tags: {} });
  const rules = [{ bucket: 'docs', tag: { key: 'state', value: 'uncommitted' }, afterDays: 7 }];
  expect(await expireObjects(store, rules, Date.now() + 6 * 86_400_000)).toBe(0);
  expect(await expireObjects(store, rules, Date.now() + 8 * 86_400_000)).toBe(1);
  expect(bucket.list().map(({ key }) => key)).toEqual(['issued']);
  own.remove();
});

test('on a full disk a put fails as a fault of S3, leaves nothing, and what was there stays', async () => {
  const faults = (body: unknown) =>
    fetch(`${server.endpoint}/_faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await put('before.txt', 'kept');
  expect((await faults({ disk: 'full' })).status).toBe(200);
  const once = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true, maxAttempts: 1 });
  await expect(
    once.send(new PutObjectCommand({ Bucket: 'plain', Key: 'late.txt', Body: 'lost' })),
  ).rejects.toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } });
  await expect(textOfObject('late.txt')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(await textOfObject('before.txt')).toBe('kept');
  await faults({});
  await put('late.txt', 'there');
  expect(await textOfObject('late.txt')).toBe('there');
  once.destroy();
});
