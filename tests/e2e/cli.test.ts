import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { run as runCli } from '../cli/cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';
import { verifyBundle } from '../support/audit-world.ts';
import { unzip } from '../support/unzip.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-cli-e2e-'));
const at = ['harbor', 'enr-1'];
const on = ['--program', 'harbor', '--enrollment', 'enr-1'];
let stack: Stack;

/** The stack is found where `npm run local` leaves its description: no flag says where. */
const run = (...args: string[]) => runCli(args, { root });
const runWith = (stdin: unknown, ...args: string[]) => runCli(args, { root, stdin: JSON.stringify(stdin) });
const status = async () => (await run('status', ...at, '--json', '--sensitive')).json();

beforeAll(async () => {
  stack = await startStack({ dataFolder: join(root, '.local'), schedules: false });
  await run(...writeHarbor(root));
  await run(...enrollZoe('enr-1', '--as', 'office'));
});
afterAll(async () => {
  await stack?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('from the first piece to the email, by the command line alone', async () => {
  const last = everyPiece.filter(({ requirement }) => requirement === 'engage-2');
  const first = everyPiece.filter(({ requirement }) => requirement !== 'engage-2');
  await runWith(first, 'submit', ...on, '--file', '-', '--as', 'zoe');
  const met = first.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runWith(met, 'assess', ...on, '--file', '-', '--as', 'mentor');
  await stack.drain();
  expect(await status()).toMatchObject({
    met: 4,
    missing: [{ requirement: 'engage-2', why: 'missing' }],
    credentials: [],
  });

  await runWith(last, 'submit', ...on, '--file', '-', '--as', 'zoe');
  await run('assess', ...on, '--set', 'engage', '--outcome', 'met', '--as', 'mentor');
  await stack.drain();
  expect(await status()).toMatchObject({
    status: 'complete',
    missing: [],
    credentials: [{ state: 'issued', name: 'Zoë Müller' }],
    deliveries: [{ state: 'delivered' }],
    ledger: { unbroken: true },
  });
});

test('its paper is in the bucket', async () => {
  const [credential] = (await run('credentials', ...at, '--json', '--pdf', join(root, 'papers'))).json() as {
    pdf: { file: string };
  }[];
  expect(
    readFileSync(credential?.pdf.file ?? '')
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
});

test('a withdrawal suspends it, a new piece reinstates it', async () => {
  await run('withdraw', ...on, '--requirement', 'engage-2', '--evidence', 'e4', '--as', 'mentor');
  await stack.drain();
  expect(await status()).toMatchObject({ status: 'open', credential: { state: 'suspended' } });
  const again = everyPiece.filter(({ evidence }) => evidence === 'e4').map((piece) => ({ ...piece, evidence: 'e4b' }));
  await runWith(again, 'submit', ...on, '--file', '-', '--as', 'zoe');
  await run('assess', ...on, '--set', 'engage', '--outcome', 'met', '--as', 'mentor');
  await stack.drain();
  expect(await status()).toMatchObject({ status: 'complete', credential: { state: 'in-force' } });
});

test('a reissue supersedes it, a revocation ends it', async () => {
  expect((await run('reissue', ...on, '--name', 'Zoé Muller')).exitCode).toBe(0);
  await stack.drain();
  const { credentials } = (await status()) as {
    credentials: { credentialId: string; state: string; issuedAt: string }[];
  };
  const inForce = credentials.filter(({ state }) => state === 'issued');
  expect(inForce).toMatchObject([{ name: 'Zoé Muller' }]);
  const id = inForce[0]?.credentialId ?? '';
  const revoked = await run(
    'revoke',
    ...on,
    '--credential',
    id,
    '--code',
    'holder-request',
    '--reason',
    'The holder asked',
  );
  expect(revoked.exitCode).toBe(0);
  await stack.drain();
  expect(await status()).toMatchObject({ credential: { state: 'revoked' }, ledger: { unbroken: true } });
});

test('an item of another system is set aside, and replayed once its enrollment exists', async () => {
  const item = { ...everyPiece[2], schema: 'journeypaper/evidence/1', program: 'harbor', enrollment: 'enr-2' };
  const sound = { ...item, evidence: 'r1', submittedBy: 'other-system', submittedAt: '2026-02-03T12:00:00.000Z' };
  const place = ['--program', 'harbor', '--enrollment', 'enr-2', '--requirement', 'engage-1'];
  await runWith(sound, 'evidence', 'put-raw', ...place, '--evidence', 'r1', '--item', '-');
  await runWith({ hours: 'seven' }, 'evidence', 'put-raw', ...place, '--evidence', 'r2', '--item', '-');
  // No key of the contract's form: only the stream's filter can let evaluate see it.
  const elsewhere = ['--pk', 'harbor#EVIDENCE#enr-2', '--sk', 'NOTE#1'];
  await runWith({ note: 'x' }, 'evidence', 'put-raw', ...elsewhere, '--item', '-');
  await stack.drain();
  const refused = async () => (await run('evidence', 'refused', 'harbor', '--enrollment', 'enr-2', '--json')).json();
  const unknown = { code: 'enrollment.unknown' };
  expect(await refused()).toMatchObject([unknown, unknown, unknown]);
  await run(...enrollZoe('enr-2'));
  expect((await run('evidence', 'replay', 'harbor', '--json')).json()).toMatchObject({ items: 3, waiting: [] });
  await stack.drain();
  expect(await refused()).toMatchObject([
    { item: 'EVIDENCE#engage-1#r2', code: 'item.malformed' },
    { item: 'NOTE#1', code: 'item.key' },
  ]);
  const waiting = (await run('evidence', 'list', 'harbor', 'enr-2', '--waiting', '--json')).json();
  expect(waiting).toMatchObject([{ evidence: 'r1', state: 'waiting' }]);
});

/** Makes a bundle of enr-1, and has our copy of the verifier check it. */
async function pull(name: string) {
  const folder = join(root, name);
  // From the repository's own root, where the fonts of the summaries are.
  const there = ['--stack', join(root, '.local/stack.json'), '--json'];
  const ran = await runCli(['audit', 'export', ...on, '--out', `${folder}.zip`, '--as', 'auditor-7', ...there]);
  await unzip(`${folder}.zip`, folder);
  const { fingerprint } = ran.json() as { fingerprint: string };
  const actions = readFileSync(join(folder, 'master.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).entry?.action ?? []) as string[];
  return { ...ran, actions, verified: await verifyBundle(folder, '--key', fingerprint) };
}

test('a bundle that was asked for is made by the deployment, told of by email, fetched, and genuine', async () => {
  const asking = ['audit', 'exports', 'request', '--program', 'harbor', '--email', 'audit@agency.example'];
  const { exportId } = (await run(...asking, '--as', 'auditor-7', '--json')).json() as { exportId: string };
  await stack.drain();
  const shown = (await run('audit', 'exports', 'show', 'harbor', exportId, '--json')).json();
  expect(shown).toMatchObject({ state: 'done', attempt: 1, notice: 'sent', bundle: { found: 0 } });
  const { inbox } = stack.describe();
  const { mails } = (await (await fetch(`${inbox}.json`)).json()) as {
    mails: { id: string; destinations: string[] }[];
  };
  const mail = mails.find(({ destinations }) => destinations.includes('audit@agency.example'));
  const eml = await (await fetch(`${inbox}/${mail?.id}.eml`)).text();
  expect(eml).toContain('Subject: The audit bundle that you asked for is ready');
  expect(eml).toContain(exportId);
  expect(eml).not.toMatch(/X-Amz|zoe|enr-1/i);
  const out = join(root, 'fetched.zip');
  const fetching = ['audit', 'exports', 'fetch', 'harbor', exportId, '--out', out, '--as', 'auditor-7', '--json'];
  const { fingerprint } = (await run(...fetching)).json() as { fingerprint: string };
  await unzip(out, join(root, 'fetched'));
  const verified = await verifyBundle(join(root, 'fetched'), '--key', fingerprint);
  expect([verified.exitCode, verified.said]).toEqual([0, expect.stringContaining('genuine')]);
}, 60_000);

test('an edit behind the application’s back is in the bundle, and an edit of the ledger is found in it', async () => {
  expect(await stack.runSchedule('checkpoint')).toMatchObject({ outcome: 'returned' });
  const before = await pull('before');
  expect([before.exitCode, before.verified.exitCode, before.verified.said]).toEqual([0, 0, expect.any(String)]);
  expect(before.actions).not.toContain('evidence-edited');

  const dynamodb = new DynamoDBClient(localClientConfig(stack.describe().endpoints.dynamodb));
  const change = (pk: string, sk: string, attribute: string, value: string) =>
    dynamodb.send(
      new UpdateItemCommand({
        TableName: stack.describe().tableName,
        Key: { pk: { S: pk }, sk: { S: sk } },
        UpdateExpression: 'SET #a = :v',
        ExpressionAttributeNames: { '#a': attribute },
        ExpressionAttributeValues: { ':v': { S: value } },
      }),
    );
  await change('harbor#EVIDENCE#enr-1', 'EVIDENCE#engage-1#e3', 'attestation', 'Other words.');
  await stack.drain();
  const edited = await pull('edited');
  expect(edited.actions).toContain('evidence-edited');
  expect(edited.verified.exitCode, edited.verified.said).toBe(0);

  const { history } = (await run('status', ...at, '--json', '--history', '--sensitive')).json() as {
    history: { seq: number; cause: string; action: string }[];
  };
  const entry = history.find(({ action }) => action === 'evidence-edited');
  await change('harbor#ENROLLMENT#enr-1', `LEDGER#${entry?.cause}`, 'subject', 'another-piece');
  dynamodb.destroy();
  const forged = await pull('forged');
  expect(forged.verified).toMatchObject({
    exitCode: 1,
    said: expect.stringContaining(`enrollment enr-1, entry ${entry?.seq} (`),
  });
}, 60_000);

test('a ledger that was cut off behind the application’s back, its head along, is found by the doctor', async () => {
  await run(...enrollZoe('enr-2', '--as', 'office'));
  await run('leave', '--program', 'harbor', '--enrollment', 'enr-2', '--code', 'resigned', '--reason', 'moved away');
  await stack.drain();
  await stack.runSchedule('checkpoint');
  const { history } = (await run('status', 'harbor', 'enr-2', '--json', '--history')).json() as {
    history: { seq: number; cause: string; at: string; hash: string }[];
  };
  const [first, ...cut] = history.toSorted((a, b) => a.seq - b.seq);
  expect(cut.length).toBeGreaterThan(0);
  const { endpoints, tableName: TableName } = stack.describe();
  const dynamodb = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  const key = (sk: string) => ({ pk: { S: 'harbor#ENROLLMENT#enr-2' }, sk: { S: sk } });
  for (const { cause } of cut) await dynamodb.send(new DeleteItemCommand({ TableName, Key: key(`LEDGER#${cause}`) }));
  const head = { seq: { N: '1' }, hash: { S: first?.hash ?? '' }, at: { S: first?.at ?? '' } };
  await dynamodb.send(
    new UpdateItemCommand({
      TableName,
      Key: key('ENROLLMENT'),
      UpdateExpression: 'SET #c = :head',
      ExpressionAttributeNames: { '#c': 'chain' },
      ExpressionAttributeValues: { ':head': { M: head } },
    }),
  );
  dynamodb.destroy();
  expect((await run('status', 'harbor', 'enr-2', '--history')).stdout).toContain('The chain is unbroken: 1 link');
  const { exitCode, stdout } = await run('doctor', '--program', 'harbor', '--enrollment', 'enr-2');
  expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/ledger\.cut {2}harbor enr-2/)]);
}, 60_000);
