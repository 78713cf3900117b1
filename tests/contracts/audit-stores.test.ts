import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enroll } from '../../functions/acts/enroll.ts';
import { withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { checkpointKey, s3Checkpoints } from '../../functions/adapters/aws/s3-checkpoints.ts';
import { type CheckpointPorts, takeCheckpoint } from '../../functions/checkpoint/take-checkpoint.ts';
import { type AccessEntry, findAccessFault } from '../../functions/domain/access.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { checkpointHash, checkpointStatement, headLeaf } from '../../functions/domain/checkpoint.ts';
import { ownMark } from '../../functions/domain/evidence.ts';
import { merkleTree, provesInclusion } from '../../functions/domain/merkle.ts';
import type { AccessLog } from '../../functions/ports/access-log.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunningS3, startS3 } from '../../infra/local/services/s3.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { enrolledOn } from '../support/small-world.ts';
import { stepsWorld } from '../support/steps-world.ts';
import { temporaryFolder } from './local-service.ts';

const auditor: Actor = { id: 'auditor-1', role: 'auditor' };
const administrator: Actor = { id: 'administrator', role: 'administrator' };
const folder = temporaryFolder();
let table: Awaited<ReturnType<typeof startRecordsTable>>;
let server: RunningS3;
let s3: S3Client;
let store: RecordStore;
let now = '2026-11-02T09:00:00.000Z';
let access: AccessLog;

beforeAll(async () => {
  table = await startRecordsTable();
  server = await startS3({ dataDir: folder.path, buckets: [{ name: 'checkpoints', objectLock: true }] });
  s3 = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true });
  store = dynamoStore(table);
  access = dynamoAccess({ ...table, clock: { now: () => now } });
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  await table.stop();
  folder.remove();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const read = (subject: string) => ({ actor: auditor, action: 'record-read' as const, subject, facts: {} });

describe('the access log', () => {
  test('chains every read of a reader and day, however many come at once', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, i) => access.append('harbor', read(`enr-${i}`))));
    const entries = await all(access.list('harbor', '2026-11-02', '2026-11-02'));
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(entries.map((entry) => entry.subject)).size).toBe(6);
    const head = entries.at(-1) as AccessEntry;
    const chain = { program: 'harbor', actor: auditor.id, day: '2026-11-02' };
    expect(findAccessFault(chain, entries, head)).toBeUndefined();
    expect(findAccessFault(chain, entries.slice(0, 5), head)).toEqual({ seq: 6 });
    expect(await all(access.heads('harbor', '2026-11-01'))).toEqual([
      { chain: 'access/auditor-1/2026-11-02', seq: 6, hash: head.hash },
    ]);
  });

  test('begins a chain of its own for another day, another reader and another program', async () => {
    now = '2026-11-03T00:00:00.000Z';
    await access.append('harbor', read('enr-7'));
    await access.append('harbor', { ...read('enr-7'), actor: administrator });
    await access.append('haven', read('enr-8'));
    expect(
      (await all(access.list('harbor', '2026-11-03', '2026-11-03'))).map(({ seq, actor }) => [seq, actor.id]),
    ).toEqual([
      [1, 'administrator'],
      [1, 'auditor-1'],
    ]);
    expect(await all(access.list('haven', '2026-11-01', '2026-11-30'))).toHaveLength(1);
    expect(await all(access.heads('harbor', '2026-11-03'))).toHaveLength(2);
  });
});

test('what the access log writes wakes no step: every item carries our mark', async () => {
  await access.append('harbor', read('enr-9'));
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'harbor#ACCESS' } },
    }),
  );
  expect(Items.length).toBeGreaterThan(2);
  for (const item of Items) expect(item[ownMark]).toEqual({ BOOL: true });
});

describe('checkpoints', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: CheckpointPorts['signer'] = {
    sign: async (content) => ({ keyId: 'key-1', signature: sign('sha256', content, privateKey).toString('base64') }),
    publicKey: async () => publicKey.export({ type: 'spki', format: 'der' }),
  };
  const ports = (): CheckpointPorts => ({
    store,
    access,
    checkpoints: s3Checkpoints({ client: s3, bucket: 'checkpoints' }),
    signer,
    clock: { now: () => now },
    journal: () => undefined,
  });
  const checkpoints = () => ports().checkpoints;

  async function people(count: number): Promise<ReturnType<typeof stepsWorld>> {
    const world = stepsWorld(store);
    await world.publish();
    for (let i = 1; i <= count; i++) {
      const apprentice = { id: `apprentice-${i}`, name: 'Łukasz Żółć', email: 'l@apprentices.example' };
      const clock = { now: () => now };
      await enroll({ ...world.ports, clock }, administrator, {
        program: 'harbor',
        enrollment: `e${i}`,
        apprentice,
        enrolledOn,
      });
    }
    return world;
  }

  test('hold every chain of the program, signed, and each names the one before', async () => {
    now = '2026-11-04T10:00:00.000Z';
    const world = await people(5);
    expect(await takeCheckpoint(ports(), 'harbor')).toBe('taken');
    const first = await checkpoints().latest('harbor');
    if (!first) throw new Error('no checkpoint');
    expect(first.checkpoint).toMatchObject({ number: 1, size: 8, program: 'harbor' });
    expect(first.checkpoint.previous).toBeUndefined();
    const signature = Buffer.from(first.signature.value, 'base64');
    expect(verify('sha256', checkpointStatement(first.checkpoint), publicKey, signature)).toBe(true);
    const tree = merkleTree(first.heads.map(headLeaf));
    const index = first.heads.findIndex((head) => head.chain === 'enrollment/e3');
    const proof = { index, size: tree.size, hashes: tree.proof(index) };
    expect(provesInclusion(headLeaf(first.heads[index] as never), proof, first.checkpoint.root)).toBe(true);

    now = '2026-11-04T11:00:00.000Z';
    await withdrawFromProgram(
      { ...world.ports, clock: { now: () => now } },
      administrator,
      { program: 'harbor', enrollment: 'e3' },
      { code: 'resigned', text: 'Moved away' },
    );
    expect(await takeCheckpoint(ports(), 'harbor')).toBe('taken');
    const second = await checkpoints().latest('harbor');
    expect(second?.checkpoint).toMatchObject({ number: 2, size: 8, previous: checkpointHash(first.checkpoint) });
    const seqs = Object.fromEntries((second?.heads ?? []).map((head) => [head.chain, head.seq]));
    expect(seqs).toMatchObject({ 'enrollment/e2': 1, 'enrollment/e3': 2 });
    expect(await checkpoints().read('harbor', 1)).toEqual(first);
  });

  test('are not taken where nothing moved, but for once a day', async () => {
    now = '2026-11-04T12:00:00.000Z';
    expect(await takeCheckpoint(ports(), 'harbor')).toBe('unchanged');
    now = '2026-11-05T12:00:00.000Z';
    expect(await takeCheckpoint(ports(), 'harbor')).toBe('taken');
  });

  test('are taken once, where two runs meet', async () => {
    now = '2026-11-06T12:00:00.000Z';
    await access.append('harbor', read('enr-1'));
    const outcomes = await Promise.all([takeCheckpoint(ports(), 'harbor'), takeCheckpoint(ports(), 'harbor')]);
    expect(outcomes.sort()).toEqual(['raced', 'taken']);
    expect((await checkpoints().latest('harbor'))?.checkpoint.number).toBe(4);
  });

  test('can be neither replaced nor removed', async () => {
    const Key = checkpointKey('harbor', 1);
    const before = await checkpoints().read('harbor', 1);
    expect(await checkpoints().put({ ...before, heads: [] } as never, 60)).toBe('exists');
    const object = await s3.send(new GetObjectCommand({ Bucket: 'checkpoints', Key }));
    expect(object.ObjectLockMode).toBe('COMPLIANCE');
    expect(object.ObjectLockRetainUntilDate?.toISOString()).toBe('2031-11-04T00:00:00.000Z');
    const remove = new DeleteObjectCommand({
      Bucket: 'checkpoints',
      Key,
      VersionId: object.VersionId,
      BypassGovernanceRetention: true,
    });
    await expect(s3.send(remove)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('name an object that is none of ours instead of building on it', async () => {
    await s3.send(
      new PutObjectCommand({ Bucket: 'checkpoints', Key: checkpointKey('haven', 1), Body: Buffer.from('1f8b', 'hex') }),
    );
    await expect(takeCheckpoint(ports(), 'haven')).rejects.toMatchObject({
      code: 'checkpoint.altered',
      retryable: false,
    });
  });
});
