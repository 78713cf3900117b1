import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const runWith = (stdin: unknown, ...args: string[]) =>
  runCli([...args, '--stack', stack.file], { stdin: JSON.stringify(stdin) });
const on = (enrollment: string) => ['--program', 'harbor', '--enrollment', enrollment];
const submit = (enrollment: string, ...more: string[]) => [
  ...[
    'submit',
    ...on(enrollment),
    '--requirement',
    'engage-1',
    '--occurred-on',
    '2026-02-03',
    '--attestation',
    'Seen.',
  ],
  ...more,
];
const assess = (enrollment: string, ...more: string[]) => [
  ...[
    'assess',
    ...on(enrollment),
    '--requirement',
    'engage-1',
    '--evidence',
    'e3',
    '--outcome',
    'met',
    '--as',
    'mentor',
  ],
  ...more,
];

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  await run(...writeHarbor(stack.folder));
  await run(...enrollZoe('enr-1'));
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

describe('submitting', () => {
  const certificate = ['--requirement', 'cert-cpr', '--certificate-issuer', 'Red Cross', '--certificate-number', 'N-1'];
  const cases: [string, string[], number, string][] = [
    [
      'an unknown requirement',
      submit('enr-1', '--requirement', 'engage-9'),
      3,
      "requirement: not in the enrollment's framework version",
    ],
    ['an unknown enrollment', submit('enr-9'), 3, 'enrollment: there is no "enr-9" in program "harbor"'],
    [
      'a day to come',
      submit('enr-1', '--occurred-on', '2999-01-01'),
      1,
      'occurredOn: lies after the day of submission',
    ],
    [
      'a day before the enrollment',
      submit('enr-1', '--occurred-on', '2026-01-04'),
      1,
      'occurredOn: lies before the enrollment',
    ],
    ['no day', submit('enr-1', '--occurred-on', '02/03/2026'), 2, 'occurredOn: '],
    [
      'an attestation too long',
      submit('enr-1', '--attestation', 'x'.repeat(2001)),
      2,
      'attestation: is too long; give at most 2000 characters',
    ],
    ['hours that are none', submit('enr-1', '--hours', 'seven'), 2, '--hours seven: not a number'],
    ['negative hours', submit('enr-1', '--hours', '-7'), 2, 'hours: is too small; give at least 0.01'],
    [
      'a certificate for a skill',
      submit('enr-1', ...certificate.slice(2), '--certificate-issued-on', '2026-02-03'),
      1,
      'certificate: only evidence of a required certificate',
    ],
    ['a certificate that misses its day', submit('enr-1', ...certificate), 2, 'certificate.issuedOn: '],
    [
      'a required certificate without its card',
      submit('enr-1', '--requirement', 'cert-cpr'),
      1,
      'certificate: a required certificate needs issuer, number and issuedOn',
    ],
    ['an id that no key may hold', submit('enr-1', '--evidence', 'a#b'), 2, 'evidence: letters, digits'],
  ];
  test.each(cases)('%s is refused, and nothing is kept', async (_, args, exitCode, words) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
    expect((await run('evidence', 'list', 'harbor', 'enr-1')).stdout).toBe('Nothing was submitted yet.\n');
  });

  test('a file is taken piece by piece: bad ones cost only themselves', async () => {
    await run(...enrollZoe('pieces'));
    const pieces = [
      ...everyPiece,
      { ...everyPiece[0], evidence: 'e9', occurredOn: '2999-01-01' },
      { ...everyPiece[0], hour: 7 },
    ];
    const ran = await runWith(pieces, 'submit', ...on('pieces'), '--file', '-', '--as', 'zoe');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '5 submitted · 2 refused\n' });
    expect(ran.stderr.trim().split('\n')).toEqual([
      'piece 6 (e9): occurredOn: lies after the day of submission; submit the evidence once it has happened',
      expect.stringMatching(/^piece 7 \(e1\): hour: no field of the contract; it knows requirement, evidence, /),
    ]);
  });

  test('a repeat is no error, and other words under the same id are', async () => {
    await run(...enrollZoe('repeat'));
    expect((await run(...submit('repeat', '--evidence', 'e1'))).stdout).toBe('e1 is submitted.\n');
    expect((await run(...submit('repeat', '--evidence', 'e1'))).stdout).toBe('e1 was there already, word for word.\n');
    const other = await run(...submit('repeat', '--evidence', 'e1', '--attestation', 'Other.'));
    expect(other).toMatchObject({ exitCode: 1, stdout: '' });
    expect(other.stderr).toContain('evidence: "e1" exists with other content');
  });
});

describe('assessing', () => {
  beforeAll(async () => {
    await run(...enrollZoe('assessed'));
    await runWith(everyPiece, 'submit', ...on('assessed'), '--file', '-', '--as', 'zoe');
  });

  const cases: [string, string[], number, string][] = [
    ['by the apprentice', assess('assessed', '--as', 'zoe'), 1, 'assessor: nobody signs off evidence of their own'],
    ['by somebody off the roster', assess('assessed', '--as', 'stranger'), 1, "assessor: not on the program's roster"],
    [
      'of a piece that is not there',
      assess('assessed', '--evidence', 'e9'),
      3,
      'has no "e9"; `evidence list` shows what was submitted',
    ],
    [
      'of an unknown skill set',
      ['assess', ...on('assessed'), '--set', 'nope', '--outcome', 'met', '--as', 'mentor'],
      3,
      'no skill set "nope"; it has engage; `program show --sensitive` lists all',
    ],
    [
      'with a note too long',
      assess('assessed', '--note', 'x'.repeat(1001)),
      2,
      'note: is too long; give at most 1000 characters',
    ],
  ];
  test.each(cases)('%s is refused', async (_, args, exitCode, words) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
  });

  test('of an unknown enrollment there is nothing to list or assess', async () => {
    expect(await run('evidence', 'list', 'harbor', 'nobody')).toMatchObject({ exitCode: 3, stdout: '' });
    const set = ['--set', 'engage', '--outcome', 'met', '--as', 'mentor'];
    expect(await run('assess', ...on('nobody'), ...set)).toMatchObject({ exitCode: 3, stdout: '' });
  });

  test('a whole skill set at once: each piece that waits, and none twice', async () => {
    const set = ['assess', ...on('assessed'), '--set', 'engage', '--outcome', 'met', '--as', 'mentor'];
    expect(await run(...set)).toMatchObject({ exitCode: 0, stdout: '2 assessed\n' });
    expect(await run(...set)).toMatchObject({ exitCode: 0, stdout: 'Nothing of engage waits for an assessment.\n' });
    const waiting = (await run('evidence', 'list', 'harbor', 'assessed', '--waiting', '--json')).json() as object[];
    expect(waiting).toMatchObject([
      { requirement: 'course-ethics', evidence: 'e1', state: 'waiting' },
      { requirement: 'cert-cpr', evidence: 'e2' },
      { requirement: '(sensitive requirement)', evidence: 'e5' },
    ]);
  });

  test('a file of assessments names each that is refused', async () => {
    const pieces = [
      { requirement: 'course-ethics', evidence: 'e1', outcome: 'not-met', note: 'Not yet.' },
      { requirement: 'cert-cpr', evidence: 'e2', outcome: 'perhaps' },
    ];
    const ran = await runWith(pieces, 'assess', ...on('assessed'), '--file', '-', '--as', 'mentor');
    expect(ran).toMatchObject({ exitCode: 2, stdout: '1 assessed · 1 refused\n' });
    expect(ran.stderr).toMatch(/^piece 2 \(e2\): outcome: /);
  });

  test('of one sitting the last word counts: not met, then met, in one file', async () => {
    await run(...enrollZoe('sitting'));
    const { requirement = '' } = everyPiece[2] ?? {};
    const ids = Array.from({ length: 40 }, (_, i) => `s${i}`);
    const pieces = ids.map((evidence) => ({ ...everyPiece[2], evidence }));
    await runWith(pieces, 'submit', ...on('sitting'), '--file', '-');
    const words = ids.map((evidence, i) => ({ requirement, evidence, outcome: i === 39 ? 'met' : 'not-met' }));
    await runWith(words, 'assess', ...on('sitting'), '--file', '-', '--as', 'mentor');
    await steps.settle({ program: 'harbor', enrollment: 'sitting' });
    const status = (await run('status', 'harbor', 'sitting', '--json')).json();
    expect(status).toMatchObject({ met: 1, skillSets: [{ id: 'engage', met: 1 }, {}] });
  });

  test('a withdrawn piece waits for nobody', async () => {
    const withdraw = [
      'withdraw',
      ...on('assessed'),
      '--requirement',
      'lived-1',
      '--evidence',
      'e5',
      '--reason',
      'Mistake',
    ];
    expect((await run(...withdraw)).stdout).toBe('e5 is withdrawn.\n');
    expect((await run(...withdraw)).stdout).toBe('e5 was withdrawn already.\n');
    const list = await run('evidence', 'list', 'harbor', 'assessed', '--sensitive');
    expect(list.stdout).toMatch(/lived-1 +e5 +2026-02-03 +withdrawn/);
    expect(list.stdout).not.toContain('Secret words');
  });
});
