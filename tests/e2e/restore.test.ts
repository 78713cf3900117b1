import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EnrollmentRecord } from '../../functions/ports/record-store.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { run as runCli } from '../cli/cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';
import { actsAt } from './acts-at.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-restore-'));
const dataFolder = join(root, '.local');
const backup = join(root, 'backup');
const lastPiece = 'engage-2';
let stack: Stack;
let exported: EnrollmentRecord[];

const run = (...args: string[]) => runCli(args, { root });
const json = async (...args: string[]) => (await run(...args, '--json')).json();
const start = (freshTable: boolean) =>
  startStack({ dataFolder, freshTable, servicesApart: true, maxVisibilitySeconds: 1, schedules: false });
const emails = () => readdirSync(join(dataFolder, 'data/ses/mail')).filter((name) => name.endsWith('.eml')).length;
const recordOf = async (enrollment: string) => {
  const acts = actsAt(dataFolder);
  try {
    const record = await acts.store.readRecord({ program: 'harbor', enrollment });
    if (!record) throw new Error(`${enrollment} is not there`);
    return record;
  } finally {
    acts.close();
  }
};
const mailOf = async (enrollment: string) => (await recordOf(enrollment)).deliveries.map(({ state }) => state);

async function handIn(enrollment: string, wanted: (requirement: string) => boolean) {
  const on = ['--program', 'harbor', '--enrollment', enrollment];
  const pieces = everyPiece.filter(({ requirement }) => wanted(requirement));
  const met = pieces.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['submit', ...on, '--file', '-', '--as', 'zoe'], { root, stdin: JSON.stringify(pieces) });
  await runCli(['assess', ...on, '--file', '-', '--as', 'mentor'], { root, stdin: JSON.stringify(met) });
}

/**
 * Four apprentices: one has it all, of one the email is under way, of one the certificate is, and one lacks a piece.
 * What is under way comes to its end after the export: the restored table will have forgotten that.
 */
beforeAll(async () => {
  stack = await start(false);
  await run(...writeHarbor(root));
  for (const enrollment of ['done', 'mailing', 'issuing', 'open']) await run(...enrollZoe(enrollment));
  await handIn('done', () => true);
  await handIn('open', (requirement) => requirement !== lastPiece);
  await stack.drain();
  await stack.kill('ses');
  await handIn('mailing', () => true);
  await vi.waitFor(async () => expect(await (() => mailOf('mailing'))()).toEqual(['sending']), {
    timeout: 30_000,
    interval: 200,
  });
  await stack.kill('kms');
  await handIn('issuing', () => true);
  const pending = async () => (await recordOf('issuing')).enrollment.pointers.completion?.pending !== undefined;
  await vi.waitFor(async () => expect(await pending()).toBe(true), { timeout: 30_000, interval: 200 });

  expect(await run('backup', 'export', backup)).toMatchObject({ exitCode: 0 });
  exported = await Promise.all(['done', 'mailing', 'issuing', 'open'].map(recordOf));
  await stack.restore('kms');
  await stack.restore('ses');
  // Nobody waits five minutes for a lease: the email of the one whose certificate comes now goes out. On a slow machine
  // the queue has given its request up by now.
  const isOut = async () => {
    await run('dead-letters', 'replay', 'issue', '--all', '--yes');
    expect(emails()).toBe(2);
  };
  await vi.waitFor(isOut, { timeout: 60_000, interval: 500 });
  await stack.stop();
});
afterAll(async () => {
  await stack?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('an export is for its owner alone, and its folder is never written over', async () => {
  expect(statSync(backup).mode & 0o777).toBe(0o700);
  expect(statSync(join(backup, 'data/items.json.gz')).mode & 0o777).toBe(0o600);
});

describe('the table is lost and restored into a new one', () => {
  beforeAll(async () => {
    stack = await start(true);
    expect(await json('program', 'list')).toEqual([]);
  });

  test('it says what it did, and parks the email that may have gone out since', { timeout: 60_000 }, async () => {
    const { exitCode, stdout } = await run('backup', 'restore', backup, '--as', 'olga');
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain('4 enrollments');
    expect(stdout).toContain('1 email may have gone out since: parked, not sent again.');
    expect(stdout).toContain('1 certificate being issued; the email of each will be parked too.');
  });

  test('a certificate that was being issued is issued, the same, and adopts its document', {
    timeout: 90_000,
  }, async () => {
    const issued = async () => (await recordOf('issuing')).credentials.map(({ state }) => state);
    // Hands back the evidence that came in before its enrollment.
    await stack.runSchedule('recover');
    await expect.poll(issued, { timeout: 60_000 }).toEqual(['issued']);
    await stack.drain();
    const [credential] = (await recordOf('issuing')).credentials;
    const asked = exported[2]?.enrollment.pointers.completion?.pending;
    expect([credential?.credentialId, credential?.code]).toEqual([asked?.credentialId, asked?.code]);
    expect(await run('credentials', 'harbor', 'issuing', '--pdf', join(root, 'papers'))).toMatchObject({ exitCode: 0 });
  });

  test('nobody is mailed twice: what may be out waits for a person', { timeout: 60_000 }, async () => {
    await stack.runSchedule('due');
    await stack.drain();
    expect(emails()).toBe(2);
    const parked = (await json('parked', 'list', '--because', 'restored')) as { enrollment: string }[];
    expect(parked.map(({ enrollment }) => enrollment).sort()).toEqual(['issuing', 'mailing']);
  });

  test('nothing is lost: every ledger goes on from where it was, unbroken', async () => {
    for (const before of exported) {
      const now = await recordOf(before.enrollment.enrollment);
      expect(now.ledger.slice(0, before.ledger.length)).toEqual(before.ledger);
      expect(now.ledger[before.ledger.length]).toMatchObject({ action: 'restored', actor: { id: 'olga' } });
      expect(now.enrollment.progress).toEqual(before.enrollment.progress);
    }
  });

  test('messages that the queues still hold, sent again, send no email', { timeout: 60_000 }, async () => {
    for (const queue of ['issue', 'delivery']) await run('dead-letters', 'replay', queue, '--all', '--yes');
    await stack.drain();
    expect(emails()).toBe(2);
  });

  // A document other than the one that was issued before would leave that one unknown to the table.
  test('the doctor finds nothing but the emails that wait', { timeout: 60_000 }, async () => {
    const { found } = (await json('doctor')) as { found: { code: string }[] };
    expect(found.map(({ code }) => code)).toEqual(['email.parked', 'email.parked']);
  });

  test('a person releases one and sets the other aside', { timeout: 60_000 }, async () => {
    const place = async (enrollment: string) => [
      ...['harbor', enrollment],
      (await recordOf(enrollment)).deliveries[0]?.deliveryId ?? '',
    ];
    await run('parked', 'replay', ...(await place('mailing')), '--as', 'olga');
    const why = ['--reason', 'the mail service shows that it arrived', '--as', 'olga'];
    await run('parked', 'set-aside', ...(await place('issuing')), ...why);
    await expect.poll(() => mailOf('mailing'), { timeout: 30_000 }).toEqual(['delivered']);
    expect(emails()).toBe(3);
    expect(await run('doctor')).toMatchObject({ exitCode: 0 });
  });

  test('the work goes on: the one who lacked a piece completes', { timeout: 60_000 }, async () => {
    await handIn('open', (requirement) => requirement === lastPiece);
    await expect.poll(() => mailOf('open'), { timeout: 30_000 }).toEqual(['delivered']);
    expect(emails()).toBe(4);
  });

  test('a second restore is refused, and so is one over what is there', async () => {
    expect((await run('backup', 'restore', backup, '--as', 'olga')).stderr).toContain('it was restored to');
    const other = join(root, 'other');
    await run('backup', 'export', other);
    const refused = await run('backup', 'restore', other, '--as', 'olga');
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('holds something already');
  });
});
