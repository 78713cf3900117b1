import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkSeconds, s3DocumentLinks } from '../../functions/adapters/aws/s3-document-links.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunningS3, startS3 } from '../../infra/local/services/s3.ts';
import { temporaryFolder } from './local-service.ts';

const folder = temporaryFolder();
let server: RunningS3;
let client: S3Client;
beforeAll(async () => {
  server = await startS3({ dataDir: folder.path, buckets: [{ name: 'documents', objectLock: true }] });
  client = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true });
  await client.send(new PutObjectCommand({ Bucket: 'documents', Key: 'harbor/enr-1/a b.pdf', Body: '%PDF-1' }));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
  folder.remove();
});

const linkAt = (now: Date) =>
  s3DocumentLinks({ client, bucket: 'documents', clock: { now: () => now.toISOString() } }).link(
    'harbor/enr-1/a b.pdf',
    'certificate-12345678.pdf',
  );

test('a link gives the document as a file of its own name, to be kept by nobody on the way', async () => {
  const answer = await fetch((await linkAt(new Date())).url);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('%PDF-1');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': 'attachment; filename="certificate-12345678.pdf"',
    'cache-control': 'no-store',
  });
});

test('it works for five minutes and says until when', async () => {
  const now = new Date();
  expect(linkSeconds).toBeLessThanOrEqual(300);
  expect((await linkAt(now)).expiresAt).toBe(new Date(now.getTime() + 300_000).toISOString());
  const old = (seconds: number) => linkAt(new Date(now.getTime() - seconds * 1000));
  expect((await fetch((await old(295)).url)).status).toBe(200);
  expect((await fetch((await old(302)).url)).status).toBe(403);
});

test('it gives this document alone, and nothing else may be done with it', async () => {
  const { url } = await linkAt(new Date());
  for (const altered of [url.replace('enr-1', 'enr-2'), url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000')])
    expect((await fetch(altered)).status).toBe(403);
  for (const method of ['PUT', 'DELETE']) expect((await fetch(url, { method })).status).toBe(403);
});
