import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../functions/adapters/pdf/images/encode-png.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { documentsBucket, type ServicesStack, startServices, tableName } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
let table: DynamoDBClient;
let bucket: S3Client;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);

const picture = encodePng({ width: 2, height: 1, colours: 1, samples: Uint8Array.of(0, 255) });

/** Loads the harbor's program, which names one picture; whatever is given replaces its part. */
function load(more: Record<string, unknown> = {}) {
  const place = mkdtempSync(join(stack.folder, 'p-'));
  writeFileSync(join(place, 'logo.png'), picture);
  const branding = { logo: { file: 'logo.png', alt: 'A dot' } };
  return run(...writeHarbor(place, ({ program }) => Object.assign(program, { branding, ...more })));
}

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  table = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  bucket = new S3Client({ ...localClientConfig(stack.endpoints.s3), forcePathStyle: true });
  expect((await load()).exitCode).toBe(0);
});
afterAll(async () => {
  steps.close();
  table.destroy();
  bucket.destroy();
  await stack.stop();
});

type Issued = { credentialId: string; code: string; document: { key: string; hash: string; unsignedHash: string } };

/** Completes an apprenticeship, and reads the credential that came of it. */
async function issue(enrollment: string): Promise<Issued> {
  const on = ['--program', 'harbor', '--enrollment', enrollment];
  await run(...enrollZoe(enrollment, '--as', 'office'));
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  for (const [act, who, pieces] of [
    ['submit', 'zoe', everyPiece],
    ['assess', 'mentor', met],
  ] as const) {
    const stdin = JSON.stringify(pieces);
    await runCli([act, ...on, '--file', '-', '--as', who, '--stack', stack.file], { stdin });
  }
  await steps.settle({ program: 'harbor', enrollment });
  const record = await steps.store.readRecord({ program: 'harbor', enrollment });
  const [credential] = record?.credentials ?? [];
  if (!credential) throw new Error('nothing was issued');
  return credential;
}
const proveIn = (enrollment: string, { credentialId }: Issued, ...more: string[]) =>
  run('certificate', 'prove', credentialId, '--program', 'harbor', '--enrollment', enrollment, ...more);
const changed = (enrollment: string, { credentialId }: Issued, path: string[], value: string) =>
  steps.changeItem({ program: 'harbor', enrollment }, `CREDENTIAL#${credentialId}`, path, value);

describe('a credential as it was issued', () => {
  let issued: Issued;
  beforeAll(async () => {
    issued = await issue('sound');
  });

  test('is proved by its id, in words and in JSON', async () => {
    const { exitCode, stdout, stderr } = await proveIn('sound', issued);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `${issued.credentialId} (issued): proved`,
      '  fits  printed again: its frozen facts give the recorded bytes',
      expect.stringMatching(/^ {2}fits {2}stored: the recorded bytes, [\d,]+ of them$/),
      "  fits  signed: by this deployment's key, over these bytes",
      `  unsigned SHA-256 ${issued.document.unsignedHash}`,
      `    stored SHA-256 ${issued.document.hash}`,
      '',
    ]);
    expect((await proveIn('sound', issued, '--json')).json()).toMatchObject({
      outcome: 'proved',
      reprint: { outcome: 'same', unsignedHash: issued.document.unsignedHash },
      stored: { outcome: 'same' },
      isSigned: true,
    });
  });

  test('is proved by the code on it, and without a word of its holder', async () => {
    const ran = await run('certificate', 'prove', issued.code);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).not.toMatch(/Zoë|zoe/);
    const typed = (issued.code.match(/.{1,4}/g) ?? []).join('-').toLowerCase();
    expect(await run('certificate', 'prove', typed)).toMatchObject({ exitCode: 0, stdout: ran.stdout });
  });

  test('is proved still when its program looks and sounds otherwise now', async () => {
    const colours = { accent: '#5f1f3a' };
    expect((await load({ name: 'Harbor Program, renamed', branding: { colours } })).exitCode).toBe(0);
    expect((await proveIn('sound', issued)).exitCode).toBe(0);
    expect((await load()).exitCode).toBe(0);
  });
});

describe('a credential is not proved', () => {
  test('once its record says another name', async () => {
    const issued = await issue('renamed');
    await changed('renamed', issued, ['facts', 'name'], 'Mallory Moe');
    const { exitCode, stdout } = await proveIn('renamed', issued);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('does not fit  printed again: its frozen facts give other bytes than those recorded');
    expect(stdout).toContain('fits  stored: the recorded bytes');
    expect(stdout).not.toContain('Mallory');
    // Nor with a name that cannot be printed.
    await changed('renamed', issued, ['facts', 'name'], 'Mallory 🎓');
    expect((await proveIn('renamed', issued)).stdout).toContain(
      'does not fit  printed again: the engine refuses its facts (certificate.unprintable)',
    );
    await changed('renamed', issued, ['facts', 'name'], 'Mallory Moe');
    await changed('renamed', issued, ['document', 'engine'], 'journeypaper-pdf/0');
    expect((await proveIn('renamed', issued)).stdout).toMatch(
      /does not fit {2}printed again: this is journeypaper-pdf\/\d+ cldr\/[\d.]+, and journeypaper-pdf\/0 printed it; prove it with that version/,
    );
  });

  test('once its document is another, or gone', async () => {
    const issued = await issue('replaced');
    const at = { Bucket: documentsBucket, Key: issued.document.key };
    const bytes = (await steps.documents.get(issued.document.key)) ?? new Uint8Array();
    // One bit of the page, past the signature's own place.
    const forged = bytes.with(bytes.length - 1_000, (bytes.at(-1_000) ?? 0) ^ 1);
    await bucket.send(new PutObjectCommand({ ...at, Body: forged }));
    const replaced = await proveIn('replaced', issued);
    expect(replaced.exitCode).toBe(1);
    expect(replaced.stdout).toContain('fits  printed again: its frozen facts give the recorded bytes');
    expect(replaced.stdout).toContain('does not fit  stored: another document than the one recorded');
    expect(replaced.stdout).toContain("does not fit  signed: not by this deployment's key over the recorded bytes");
    await bucket.send(new DeleteObjectCommand(at));
    const gone = await proveIn('replaced', issued, '--json');
    expect(gone.exitCode).toBe(1);
    expect(gone.json()).toMatchObject({
      outcome: 'disproved',
      reprint: { outcome: 'same' },
      stored: { outcome: 'missing' },
      isSigned: false,
    });
  });

  test('once a picture that it froze was changed in the table, or is gone', async () => {
    const issued = await issue('pictured');
    const Key = { pk: { S: 'harbor#PROGRAM' }, sk: { S: `ASSET#${sha256(picture)}` } };
    const words = 'does not fit  printed again: its picture is no longer in the table, or was changed there';
    await table.send(new PutItemCommand({ TableName: tableName, Item: { ...Key, bytes: { B: Uint8Array.of(1) } } }));
    const altered = await proveIn('pictured', issued);
    expect(altered).toMatchObject({ exitCode: 1, stderr: '' });
    expect(altered.stdout).toContain(words);
    await table.send(new DeleteItemCommand({ TableName: tableName, Key }));
    expect((await proveIn('pictured', issued)).stdout).toContain(words);
    // Loading the program again puts it back.
    await load();
    expect((await proveIn('pictured', issued)).exitCode).toBe(0);
  });
});

describe('what names no credential', () => {
  const code = '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD';
  test.each([
    ['a code that is nobody’s', [code], 3, 'credential: there is none by that code'],
    [
      'an id that is not there',
      [code, '--program', 'harbor', '--enrollment', 'sound'],
      3,
      'there is none in enrollment "sound"',
    ],
    ['an id without its enrollment', [code, '--program', 'harbor'], 2, '--enrollment: missing; give both'],
    ['an id without its program', [code, '--enrollment', 'sound'], 2, '--program: missing; give both'],
    [
      'something else',
      ['PREVIEW'],
      2,
      'credential: not a 26-character code; for an id give --program and --enrollment too',
    ],
  ] as [string, string[], number, string][])('%s', async (_, args, exitCode, words) => {
    const ran = await run('certificate', 'prove', ...args);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
  });
});
