import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const ref = { program: 'harbor', enrollment: 'enr-1' };
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const statusAt = (moment: string, ...more: string[]) =>
  run('status', ref.program, ref.enrollment, '--at', moment, ...more);
let beforeEvidence = '';

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  await run(...writeHarbor(stack.folder));
  await run(...enrollZoe(ref.enrollment, '--as', 'office'));
  beforeEvidence = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const on = ['--program', ref.program, '--enrollment', ref.enrollment, '--file', '-', '--stack', stack.file];
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['submit', ...on, '--as', 'zoe'], { stdin: JSON.stringify(everyPiece) });
  await runCli(['assess', ...on, '--as', 'mentor'], { stdin: JSON.stringify(met) });
  await steps.settle(ref);
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

describe('status --at', () => {
  test('says what was missing then, with sensitive requirements hidden', async () => {
    const { stdout, exitCode } = await statusAt(beforeEvidence);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/As it was at \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T/);
    expect(stdout).toContain('0 of 5 met, 0 %, open');
    expect(stdout).toContain('Certificate: not issued: 5 things are missing');
    expect(stdout).toMatch(/engage-1 +no evidence +Initiates contact/);
    expect(stdout).not.toMatch(/lived|Tells of recovery|apprentice\.example|Credentials|Email/);
    expect((await statusAt(beforeEvidence, '--sensitive')).stdout).toContain('lived-1');
    const json = await statusAt(beforeEvidence, '--json');
    expect(json.json()).toMatchObject({ at: beforeEvidence, met: 0, status: 'open', credential: { state: 'none' } });
    expect(json.stdout).not.toMatch(/lived|"credentials"|"salt"/);
  });

  test('takes an offset, and says of today what is so now', async () => {
    const offset = beforeEvidence.replace('Z', '+00:00');
    expect((await statusAt(offset, '--json')).json()).toMatchObject({ at: beforeEvidence });
    const today = new Date().toLocaleDateString('en-CA', { timeZone: 'America/New_York' });
    expect((await statusAt(today, '--json')).json()).toMatchObject({
      met: 5,
      status: 'complete',
      missing: [],
      credential: { state: 'in-force' },
    });
  });

  test('of what is no past instant, or before the enrollment, says what to give', async () => {
    for (const moment of ['yesterday', '2026-02-30', '2026-02-03T25:00:00Z', '2999-01-01', '2999-01-01T00:00:00Z']) {
      const ran = await statusAt(moment);
      expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
      expect(ran.stderr).toContain('is no past instant; give one such as 2026-03-02T14:00:00Z');
    }
    const early = await statusAt('2020-01-01');
    expect(early).toMatchObject({ exitCode: 1, stdout: '' });
    expect(early.stderr).toMatch(/before the enrollment was recorded; give \d{4}-\S+Z or later/);
    expect(await statusAt(beforeEvidence, '--history')).toMatchObject({ exitCode: 2, stdout: '' });
    expect((await run('status', '--help')).stdout).toContain('--at <instant>');
  });

  test('a ledger that somebody changed is no witness', async () => {
    const entry = (await steps.store.readRecord(ref))?.ledger.find(({ seq }) => seq === 3);
    await steps.changeItem(ref, `LEDGER#${entry?.cause}`, ['subject'], 'another');
    const ran = await statusAt(beforeEvidence);
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('ledger: somebody changed it (hash at 3)');
  });
});
