import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessEntry } from '../../functions/domain/access.ts';
import type { AuditEntry } from '../../functions/domain/audit.ts';
import { addDays } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { verifyBundle } from '../support/audit-world.ts';
import { unzip } from '../support/unzip.ts';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices, tableName } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-audit-'));
const ref = { program: 'harbor', enrollment: 'enr-1' };
const on = ['--program', 'harbor', '--enrollment', 'enr-1'];
let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
let dynamodb: DynamoDBClient;
let made = 0;

const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const fresh = () => join(folder, String(++made));
type Made = {
  outcome: string;
  fingerprint: string;
  counts: Record<string, number>;
  checkpoint: { number: number; fresh: boolean };
  findings: object[];
};
const linesOf = (place: string): { kind: string; completion?: { on: string } }[] =>
  readFileSync(join(place, 'master.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
/** Makes a bundle and unpacks it. */
async function pull(...args: string[]) {
  const place = fresh();
  const ran = await run('audit', 'export', '--program', 'harbor', '--out', `${place}.zip`, '--json', ...args);
  if (existsSync(`${place}.zip`)) await unzip(`${place}.zip`, place);
  return { ...ran, place, made: ran.json() as Made };
}
async function reads(...args: string[]): Promise<AccessEntry[]> {
  const { entries } = (await run('audit', 'access', 'harbor', '--json', ...args)).json() as { entries: AccessEntry[] };
  return entries.filter(({ action }) => action !== 'access-read');
}
const newest = async () => (await reads()).sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  dynamodb = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  await run(...writeHarbor(stack.folder));
  for (const enrollment of ['enr-1', 'enr-2', 'enr-3']) await run(...enrollZoe(enrollment));
  const submitted = JSON.stringify(everyPiece);
  await runCli(['submit', ...on, '--file', '-', '--as', 'zoe', '--stack', stack.file], { stdin: submitted });
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['assess', ...on, '--file', '-', '--as', 'mentor', '--stack', stack.file], {
    stdin: JSON.stringify(met),
  });
  await steps.settle(ref);
});
afterAll(async () => {
  steps.close();
  dynamodb.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a checkpoint', () => {
  test('is taken now, of one program or of all, and stands where nothing moved since', async () => {
    const ran = await run('audit', 'checkpoint', 'harbor');
    expect(ran.stdout).toMatch(/^harbor {2}taken {2}checkpoint 1 {2}\d{4}-.* {2}3 chains\n$/);
    expect((await run('audit', 'checkpoint')).stdout).toMatch(/nothing moved since {2}checkpoint 1/);
  });

  test('of a program that is not there is refused', async () => {
    expect(await run('audit', 'checkpoint', 'nosuch')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^program: there is no "nosuch"/),
    });
  });
});

describe('a bundle', () => {
  test('of a program is what a stranger checks, up to a checkpoint that was taken for it', async () => {
    await run('status', 'harbor', 'enr-1', '--as', 'olga');
    const { exitCode, place, made } = await pull('--as', 'auditor-7');
    expect(exitCode).toBe(0);
    expect(made).toMatchObject({ outcome: 'exported', checkpoint: { number: 2, fresh: true }, findings: [] });
    expect(made.counts).toMatchObject({ enrollments: 3, evidence: 4, credentials: 1, documents: 1 });
    expect(await verifyBundle(place, '--key', made.fingerprint)).toMatchObject({ exitCode: 0 });
    expect(await newest()).toMatchObject({
      actor: { id: 'auditor-7', role: 'auditor' },
      action: 'export-made',
      subject: 'harbor',
      facts: { scope: 'program', unredacted: false, checkpoint: 2 },
    });
  });

  test('of one enrollment holds that one alone', async () => {
    const { place, made } = await pull('--enrollment', 'enr-2');
    expect(made.counts).toMatchObject({ enrollments: 1, credentials: 0 });
    expect((await verifyBundle(place, '--key', made.fingerprint)).exitCode).toBe(0);
    expect(readFileSync(join(place, 'master.ndjson'), 'utf8')).not.toContain('"enr-1"');
  });

  test('of a span holds the credentials issued in it', async () => {
    expect((await pull('--from', '2026-01-01', '--to', '2099-12-31')).made.counts).toMatchObject({ enrollments: 1 });
    expect((await pull('--from', '2020-01-01', '--to', '2020-12-31')).made.counts).toMatchObject({ enrollments: 0 });
  });

  test('of a period’s completions has who completed, with the notice’s last day, and blanks for what is not on record', async () => {
    const span = ['--preset', 'completions', '--from', '2026-01-01', '--to', '2099-12-31'];
    const { place, made } = await pull(...span);
    expect(made.counts).toMatchObject({ enrollments: 1, completions: 1, summaries: 1 });
    expect((await verifyBundle(place, '--key', made.fingerprint)).exitCode).toBe(0);
    const [head = '', row = ''] = readFileSync(join(place, 'completions.csv'), 'utf8').split('\r\n');
    const cells = Object.fromEntries(head.split(',').map((name, i) => [name.replaceAll('"', ''), row.split('","')[i]]));
    const completion = linesOf(place).find((line) => line.kind === 'enrollment')?.completion ?? { on: '' };
    expect(cells).toMatchObject({
      completed_on: completion.on,
      notice_due_on: addDays(completion.on, 45),
      notice_days_left: '45',
      notice_overdue: 'no',
      onet_code: '',
      rapids_code: '',
      term_hours: '',
    });
    expect(
      (await pull('--preset', 'completions', '--from', '2020-01-01', '--to', '2020-12-31')).made.counts,
    ).toMatchObject({ enrollments: 0 });
  });

  test('of a sample is drawn again by the verifier, and another seed’s is named', async () => {
    const { place, made } = await pull('--preset', 'sample', '--sample', '2', '--seed', 'lottery of 2 March');
    expect(made.counts).toMatchObject({ enrollments: 2, summaries: 2 });
    expect((await verifyBundle(place, '--key', made.fingerprint)).exitCode).toBe(0);
    expect(await newest()).toMatchObject({ facts: { scope: 'sample', size: 2, seed: 'lottery of 2 March' } });
  });

  test('is without summaries where that was asked for', async () => {
    const { place, made } = await pull('--no-summaries');
    expect(made.counts).toMatchObject({ enrollments: 3, summaries: 0 });
    expect(existsSync(join(place, 'summaries'))).toBe(false);
    expect((await verifyBundle(place, '--key', made.fingerprint)).exitCode).toBe(0);
  });

  test('shows sensitive requirements only by a choice that is on record', async () => {
    const hidden = await pull();
    expect(readFileSync(join(hidden.place, 'evidence.csv'), 'utf8')).not.toContain('lived-1');
    const shown = await pull('--unredacted');
    expect(readFileSync(join(shown.place, 'evidence.csv'), 'utf8')).toContain('lived-1');
    expect(await newest()).toMatchObject({ action: 'export-made', facts: { unredacted: true } });
  });

  test('is the owner’s alone, and nothing else is left behind', async () => {
    const { place } = await pull();
    expect(statSync(`${place}.zip`).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('.audit-'))).toEqual([]);
  });

  test('comes with what it holds, its file, and how the fingerprint is to travel', async () => {
    const out = `${fresh()}.zip`;
    const { stdout } = await run('audit', 'export', ...on, '--out', out);
    expect(stdout).toMatch(/^Program harbor, enrollment enr-1, up to checkpoint \d+ of /);
    expect(stdout).toContain(`Saved ${out}`);
    expect(stdout).toMatch(/\nKey [0-9a-f]{64}\nTell the auditor this fingerprint by another way than the bundle/);
    const widest = stdout.split('\n').filter((line) => !line.includes(out));
    for (const line of widest) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('a pull that is refused', () => {
  test('names the enrollment of another program, and goes into the access chain', async () => {
    const { exitCode, stderr, place } = await pull('--enrollment', 'of-haven', '--as', 'auditor-7');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--enrollment: there is no "of-haven" in program "harbor"');
    expect(existsSync(`${place}.zip`)).toBe(false);
    expect(await newest()).toMatchObject({
      actor: { id: 'auditor-7' },
      action: 'export-refused',
      subject: 'of-haven',
      facts: { code: 'enrollment.unknown' },
    });
  });

  test.each([
    ['a program that is not there', ['--program', 'nosuch'], 3, /^program: there is no "nosuch"/],
    ['a span without its end', ['--from', '2026-01-01'], 2, /^--to: is missing; from and to stand together/],
    ['a day that is none', ['--from', '2026-13-01', '--to', '2026-01-01'], 2, /^--from: is no date; give one such as/],
    ['a span that ends before it begins', ['--from', '2026-02-01', '--to', '2026-01-01'], 2, /^--to: 2026-01-01 lies/],
    [
      'an enrollment in a span',
      ['--enrollment', 'enr-1', '--to', '2026-01-01'],
      2,
      /^--to: cannot stand beside enrollment/,
    ],
  ])('names %s', async (_, args, exitCode, words) => {
    const ran = await run('audit', 'export', '--program', 'harbor', '--out', `${fresh()}.zip`, ...args);
    expect(ran).toMatchObject({ exitCode, stderr: expect.stringMatching(words), stdout: '' });
  });

  test.each([
    ['a preset that is none', ['--preset', 'lottery'], /^--preset: /],
    [
      'a sample without a seed',
      ['--preset', 'sample', '--sample', '2'],
      /^--seed: is missing; the preset sample needs it/,
    ],
    ['a sample of no number', ['--preset', 'sample', '--sample', 'two', '--seed', 'x'], /^--sample: /],
  ])('names %s', async (_, args, words) => {
    const ran = await run('audit', 'export', '--program', 'harbor', '--out', `${fresh()}.zip`, ...args);
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(words), stdout: '' });
  });

  test('that fails halfway tells why it failed, and leaves no file', async () => {
    const out = `${fresh()}.zip`;
    const Key = { pk: { S: 'FRAMEWORK#harbor-standards' }, sk: { S: 'VERSION#1' } };
    const take = new DeleteItemCommand({ TableName: tableName, Key, ReturnValues: 'ALL_OLD' });
    const { Attributes } = await dynamodb.send(take);
    const ran = await run('audit', 'export', '--program', 'harbor', '--out', out);
    await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: Attributes }));
    expect(ran.stderr).toContain('is not in the table; load it again');
    expect(existsSync(out)).toBe(false);
  });

  test('never writes over a file, and never into a folder that is not there', async () => {
    const out = join(folder, 'mine.zip');
    writeFileSync(out, 'mine');
    expect(await run('audit', 'export', ...on, '--out', out)).toMatchObject({
      exitCode: 2,
      stderr: `--out ${out}: exists already; give another name\n`,
    });
    expect(readFileSync(out, 'utf8')).toBe('mine');
    const nowhere = join(folder, 'nowhere', 'x.zip');
    expect((await run('audit', 'export', ...on, '--out', nowhere)).stderr).toContain('make it first');
  });
});

describe('reads by people', () => {
  test.each([
    [['status', 'harbor', 'enr-1', '--history'], 'record-read', 'enr-1', { what: 'status', history: true }],
    [['credentials', 'harbor', 'enr-1'], 'record-read', 'enr-1', { what: 'credentials', papers: false }],
    [['evidence', 'list', 'harbor', 'enr-1', '--sensitive'], 'record-read', 'enr-1', { sensitive: true }],
    [['evidence', 'refused', 'harbor'], 'records-listed', 'harbor', { what: 'refused' }],
  ])('%j is an entry', async (args, action, subject, facts) => {
    expect((await run(...args, '--as', 'olga')).exitCode).toBe(0);
    expect(await newest()).toMatchObject({ actor: { id: 'olga', role: 'operator' }, action, subject, facts });
  });

  test('that cannot be entered show nothing', async () => {
    const day = new Date().toISOString().slice(0, 10);
    // An entry in the place of the first one: nothing can be appended behind it.
    const item = { pk: { S: 'harbor#ACCESS' }, sk: { S: `ENTRY#${day}#mallory#00000001` } };
    await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item }));
    for (const args of [
      ['status', 'harbor', 'enr-1'],
      ['credentials', 'harbor', 'enr-1'],
      ['evidence', 'list', 'harbor', 'enr-1'],
    ]) {
      const ran = await run(...args, '--as', 'mallory');
      expect(ran).toMatchObject({ exitCode: 4, stdout: '' });
      expect(ran.stderr).toContain('the access chain kept moving');
    }
    await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: item }));
  });

  test('are listed with who, when and what, the look itself among them', async () => {
    const { exitCode, stdout } = await run('audit', 'access', 'harbor', '--as', 'auditor-7');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/olga \(operator\) +read a record +enr-1 +status, history/);
    expect(stdout).toMatch(/auditor-7 \(auditor\) +looked at this list +harbor/);
    expect(stdout).toMatch(/\d+ reads; the list is whole\.\n$/);
    expect(await reads('--to', '2020-01-01')).toEqual([]);
  });

  test('that somebody took out of the list, the head along, are missed: the checkpoint holds them', async () => {
    await run('status', 'harbor', 'enr-2', '--as', 'peter');
    await run('audit', 'checkpoint', 'harbor');
    const day = new Date().toISOString().slice(0, 10);
    for (const sk of [`HEAD#${day}#peter`, `ENTRY#${day}#peter#00000001`])
      await dynamodb.send(
        new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: 'harbor#ACCESS' }, sk: { S: sk } } }),
      );
    const { exitCode, stderr } = await run('audit', 'access', 'harbor');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`access/peter/${day}: somebody changed it or cut it off at entry 1`);
  });
});

describe('a hand in the table after the checkpoint', () => {
  test('that cuts a ledger off, its head along, is named by the export and by the verifier', async () => {
    const record = await steps.store.readRecord({ ...ref, enrollment: 'enr-3' });
    await run('audit', 'checkpoint', 'harbor');
    const [first] = (record?.ledger ?? []) as [AuditEntry];
    const key = (sk: string) => ({ pk: { S: 'harbor#ENROLLMENT#enr-3' }, sk: { S: sk } });
    await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: key(`LEDGER#${first.cause}`) }));
    const { exitCode, stderr, place, made } = await pull('--enrollment', 'enr-3');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('enrollment enr-3: its ledger was cut off at entry 1; the checkpoint holds more of it');
    expect(made.findings).toEqual([{ enrollment: 'enr-3', problem: 'cut', seq: 1 }]);
    expect(await verifyBundle(place, '--key', made.fingerprint)).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('enrollment enr-3: its ledger ends at entry 0, and not at 1'),
    });
  });

  test('that takes a whole enrollment away leaves its place in the checkpoint', async () => {
    await dynamodb.send(
      new DeleteItemCommand({
        TableName: tableName,
        Key: { pk: { S: 'harbor#ENROLLMENT#enr-3' }, sk: { S: 'ENROLLMENT' } },
      }),
    );
    const { exitCode, stderr, place, made } = await pull();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('enrollment enr-3: is in the checkpoint, with 1 entry, and not in the table');
    expect(made.counts).toMatchObject({ enrollments: 2, absent: 1 });
    expect((await verifyBundle(place, '--key', made.fingerprint)).said).toContain('1 absent');
  });

  test('that changes a fact of a ledger is named by the verifier; one that breaks its links by the export too', async () => {
    const entry = (await steps.store.readRecord(ref))?.ledger.find(({ action }) => action === 'completion-reached');
    await steps.changeItem(ref, `LEDGER#${entry?.cause}`, ['facts', 'on'], '2020-01-01');
    const facts = await pull();
    const said = expect.stringContaining(`enrollment enr-1, entry ${entry?.seq} (`);
    expect(await verifyBundle(facts.place, '--key', facts.made.fingerprint)).toMatchObject({ exitCode: 1, said });
    await steps.changeItem(ref, `LEDGER#${entry?.cause}`, ['prevHash'], '0'.repeat(64));
    const { stderr, place, made } = await pull();
    expect(stderr).toContain(`enrollment enr-1: somebody changed its ledger at entry ${entry?.seq}`);
    expect(await verifyBundle(place, '--key', made.fingerprint)).toMatchObject({ exitCode: 1, said });
  });
});
