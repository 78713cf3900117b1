import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { run as runCli } from '../cli/cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';

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
}, 120_000);
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
