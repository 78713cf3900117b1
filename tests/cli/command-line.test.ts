import { describe, expect, test } from 'vitest';
import { exitCodeOf, exitCodeOfAll } from '../../functions/cli/exit-codes.ts';
import { run } from './cli-run.ts';

const commands = [
  ...[
    'program list',
    'program show',
    'program load',
    'enroll',
    'submit',
    'assess',
    'withdraw',
    'status',
    'credentials',
  ],
  ...[
    'correct',
    'resend',
    'revoke',
    'reissue',
    'evidence list',
    'evidence refused',
    'evidence replay',
    'evidence put-raw',
  ],
  ...['evidence strays', 'evidence dismiss'],
  ...[
    'parked list',
    'parked show',
    'parked replay',
    'parked set-aside',
    'redrive',
    'doctor',
    'backup export',
    'backup restore',
  ],
  'audit assessor-impact',
  'lapses',
  ...['leave', 'resume', 'framework diff', 'framework simulate', 'framework move'],
  ...['dead-letters list', 'dead-letters show', 'dead-letters replay', 'dead-letters set-aside'],
];

const groups = ['program', 'framework', 'evidence', 'parked', 'dead-letters', 'audit', 'audit exports', 'backup'];

test.each([...commands, ...groups, 'certificate'])(
  '`%s --help` shows an example, the exit codes and where it connects to',
  async (command) => {
    const { exitCode, stdout, stderr } = await run([...command.split(' '), '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`npm run cli -- ${command}`);
    for (const words of ['Example:', 'Exit codes: 0 done', '--json', '--stack <file>', '--aws <file>']) {
      expect(stdout).toContain(words);
    }
  },
);

describe('wrong usage exits with 2 and one sentence', () => {
  test.each([
    [['stauts'], "unknown command 'stauts' (Did you mean status?)"],
    [['status'], "missing required argument 'program'"],
    [
      ['enroll', '--program', 'harbor'],
      "required options '--name <name>', '--email <address>', '--apprentice-id <id>' not specified",
    ],
    [['resume', '--program', 'harbor'], "required option '--enrollment <id>' not specified"],
    [['program', 'list', '--loud'], "unknown option '--loud'"],
    [
      ['submit', '--program', 'p', '--enrollment', 'e'],
      '--requirement: not given; one piece needs it, several come with --file',
    ],
    [
      ['submit', '--program', 'p', '--enrollment', 'e', '--file', 'x', '--occurred-on', 'y'],
      '--occurred-on: cannot stand beside --file',
    ],
    [
      ['assess', '--program', 'p', '--enrollment', 'e', '--set', 's', '--outcome', 'perhaps'],
      '--outcome perhaps: neither met nor not-met',
    ],
    [['assess', '--program', 'p', '--enrollment', 'e', '--set', 's'], '--outcome: not given'],
    [
      ['evidence', 'put-raw', '--item', '-', '--pk', 'harbor#ENROLLMENT#e', '--sk', 'ENROLLMENT'],
      '--pk: only partitions of evidence',
    ],
    [['evidence', 'put-raw', '--item', '-', '--pk', 'harbor#EVIDENCE#e'], '--sk: not given'],
    [['evidence', 'put-raw', '--item', '-', '--program', 'harbor'], '--enrollment: not given'],
  ])('%j', async (args, words) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(words);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('with --json it is an object too', async () => {
    const ran = await run(['enroll', '--json']);
    expect(ran.exitCode).toBe(2);
    expect(ran.json()).toMatchObject({ outcome: 'failed', code: 'usage' });
  });

  test('no command at all shows the help', async () => {
    const ran = await run([]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('Usage: npm run cli --');
  });
});

describe('who acts', () => {
  test.each([
    ['first.last', undefined, `your account's name, "first.last", is no actor id`],
    ['ada', 'two words', '"two words" is no actor id'],
  ])('%s with --as %s is refused', async (userName, as, words) => {
    const args = ['enroll', '--program', 'p', '--name', 'n', '--email', 'e', '--apprentice-id', 'a'];
    const ran = await run([...args, ...(as ? ['--as', as] : [])], { userName });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(words);
  });
});

describe('input files', () => {
  const submit = ['submit', '--program', 'p', '--enrollment', 'e', '--file', '-'];
  test.each([
    ['[{"a": }]', 'is not JSON'],
    ['{}', 'is not a JSON array; give an array of objects'],
    ['[]', 'holds no pieces'],
    ['[{}, 7]', 'piece 2 is not a JSON object'],
    [JSON.stringify(Array(501).fill({})), 'holds 501 pieces; split it into files of at most 500'],
    ['[{"enrollment": "other"}]', 'piece 1 names another enrollment than --enrollment e'],
  ])('%.20s', async (stdin, words) => {
    const ran = await run(submit, { stdin });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(words);
  });

  test('never repeats what a malformed file says', async () => {
    const ran = await run(submit, { stdin: '[{"attestation": Secret words}]' });
    expect(ran.stderr).not.toContain('Secret');
  });

  test('one that is not there is named', async () => {
    const ran = await run([...submit.slice(0, -1), '/nowhere/pieces.json']);
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.stderr).toContain('--file /nowhere/pieces.json: there is no such file');
  });
});

describe('a fault of ours', () => {
  const args = ['submit', '--program', 'p', '--enrollment', 'e', '--file', '-'];

  test('exits with 5, its code and whom to tell, without a trace', async () => {
    const ran = await run(args, { stdin: new TypeError('boom') });
    expect(ran).toMatchObject({ exitCode: 5, stdout: '' });
    expect(ran.stderr).toMatch(/^fault\.TypeError: .*report it/);
    expect(ran.stderr).not.toContain('boom');
  });

  test('shows where it happened to those who ask', async () => {
    const ran = await run(args, { stdin: new TypeError('boom'), environment: { JOURNEYPAPER_DEBUG: '1' } });
    expect(ran.stderr).toMatch(/TypeError: boom\n\s+at /);
  });
});

test('a refusal exits by the kind of its code', () => {
  expect(exitCodeOf('enrollment.unknown')).toBe(3);
  expect(exitCodeOf('evidence.invalid')).toBe(2);
  expect(exitCodeOf('enrollment.complete')).toBe(1);
  expect(exitCodeOfAll([])).toBe(0);
  expect(exitCodeOfAll(['requirement.unknown', 'evidence.unknown'])).toBe(3);
  expect(exitCodeOfAll(['requirement.unknown', 'evidence.future'])).toBe(1);
});
