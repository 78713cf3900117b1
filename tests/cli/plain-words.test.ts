import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';

let stack: ServicesStack;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const on = ['--program', 'harbor', '--enrollment', 'enr-1'];
const piece = ['submit', ...on, '--requirement', 'engage-1', '--attestation', 'Done.', '--as', 'zoe', '--occurred-on'];

beforeAll(async () => {
  stack = await startServices();
  await run(...writeHarbor(stack.folder));
  await run(...enrollZoe('enr-1'));
});
afterAll(() => stack.stop());

describe('a program without --sensitive', () => {
  test('shows that there are sensitive requirements, and not which', async () => {
    const { stdout } = await run('program', 'show', 'harbor');
    expect(stdout).toContain('(sensitive requirement)');
    expect(stdout).not.toMatch(/lived/i);
    expect((await run('program', 'show', 'harbor', '--json')).stdout).not.toMatch(/lived/i);
  });

  test('shows them where it was asked for', async () => {
    expect((await run('program', 'show', 'harbor', '--sensitive')).stdout).toContain('Shares lived experience');
    expect((await run('program', 'show', 'harbor', '--sensitive', '--json')).stdout).toContain('lived-1');
  });
});

describe('a program that is not there is named as what is wrong, not its enrollment', () => {
  test.each([
    [['status', 'nosuch', 'enr-1']],
    [['credentials', 'nosuch', 'enr-1']],
    [['evidence', 'list', 'nosuch', 'enr-1']],
    [['redrive', 'nosuch', 'enr-1']],
    [['reissue', '--program', 'nosuch', '--enrollment', 'enr-1']],
    [['withdraw', '--program', 'nosuch', '--enrollment', 'enr-1', '--requirement', 'engage-1', '--evidence', 'e1']],
    [['doctor', '--program', 'nosuch', '--enrollment', 'enr-1']],
  ])('%j', async (args) => {
    const ran = await run(...args);
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toMatch(/^program: there is no "nosuch"/);
  });
});

describe('what is wrong is said in our words, with the remedy', () => {
  test.each([
    ['a date', [...piece, '2026-13-01'], 'occurredOn: is not a date; give YYYY-MM-DD'],
    ['an hour count', [...piece, '2026-02-01', '--hours', '9000'], 'hours: is too large; give at most 2000'],
    [
      'a date before the enrollment',
      [...piece, '2025-02-01'],
      'occurredOn: lies before the enrollment; only work done since then counts; its day is `enroll --enrolled-on`',
    ],
    [
      'the reason of a revocation',
      ['revoke', ...on, '--credential', 'c', '--code', 'other', '--reason', 'x'],
      '--reason: one line of 3 to 500 characters',
    ],
    [
      'the code of a revocation',
      ['revoke', ...on, '--credential', 'c', '--code', 'x', '--reason', 'why'],
      '--code: one of',
    ],
  ])('%s', async (_, args, words) => {
    const { stderr } = await run(...args);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/Invalid|Too (big|small)/);
  });

  test('a file that lacks a field, or has it in another form', async () => {
    const stdin = JSON.stringify([
      { requirement: 'engage-1', attestation: 7, occurredOn: '2026-02-01' },
      { requirement: 'engage-1' },
    ]);
    const { stderr } = await runCli(['submit', ...on, '--file', '-', '--as', 'zoe', '--stack', stack.file], { stdin });
    expect(stderr).toContain('attestation: is not a text; give one');
    expect(stderr).toContain('occurredOn: is missing; give a date such as 2026-03-01');
  });
});
