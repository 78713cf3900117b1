import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textWidth } from '../../functions/cli/text-width.ts';
import { type RunOptions, run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const ref = { program: 'harbor', enrollment: 'enr-1' };
const impact = (more: readonly string[], options?: RunOptions) =>
  runCli(['audit', 'assessor-impact', 'mentor', '--program', 'harbor', ...more, '--stack', stack.file], options);
const apply = ['--apply', '--reason', 'Signed for people never met', '--as', 'office'];

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  const run = (args: readonly string[], stdin?: unknown) =>
    runCli([...args, '--stack', stack.file], { stdin: JSON.stringify(stdin ?? null) });
  await run(writeHarbor(stack.folder));
  await run(enrollZoe(ref.enrollment, '--as', 'office'));
  const on = ['--program', ref.program, '--enrollment', ref.enrollment, '--file', '-'];
  await run(['submit', ...on, '--as', 'zoe'], everyPiece);
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await run(['assess', ...on, '--as', 'mentor'], met);
  await steps.settle(ref);
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

describe('audit assessor-impact', () => {
  test('lists what they assessed and what falls without them, sensitive requirements hidden', async () => {
    const { exitCode, stdout } = await impact([]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('mentor (Mentor One) in Harbor Program (harbor)');
    expect(stdout).toMatch(/enr-1, complete\n( +\d{4}-\d\d-\d\d \d\d:\d\d E[SD]T +met +stands +.*\n){5}/);
    expect(stdout).toMatch(/Credential \w+ \(completion\), in force: FALLS/);
    expect(stdout).toMatch(/course-ethics +waits for an assessment +Ethics/);
    expect(stdout).toContain('5 assessments in 1 enrollment, 5 standing; 1 credential in force on them, 1 of which');
    expect(stdout).not.toMatch(/lived|Tells of recovery|Zoë|Secret/);
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(100);
    const json = await impact(['--json']);
    expect(json.json()).toMatchObject({ counts: { assessments: 5, standing: 5, inForce: 1, falling: 1 } });
    expect(json.stdout).not.toContain('lived');
    expect((await impact(['--sensitive'])).stdout).toContain('lived-1');
  });

  test.each([
    [['--apply', '--as', 'office'], 2, '--reason: not given'],
    [['--reason', 'Why'], 2, '--apply: not given'],
    [['--apply', '--reason', 'Signed for nobody', '--as', 'mentor'], 1, '--as: the assessor cannot confirm it'],
    [[...apply, '--revoke', 'because', '--yes'], 2, '--revoke: one of'],
    [apply, 2, 'Nobody is here to ask: add --yes'],
  ])('%j is refused, and nothing is written', async (more, exitCode, words) => {
    const ran = await impact(more);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
    expect((await steps.store.readProgram('harbor'))?.program.assessors[0]).not.toHaveProperty('voided');
  });

  test('shows what falls before it asks, and does nothing on a no', async () => {
    const ran = await impact(apply, { answer: false });
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'Nothing was done.\n' });
    expect(ran.stderr).toMatch(/FALLS[\s\S]*What falls is suspended\. Void all that mentor assessed\?/);
    expect((await steps.store.readRecord(ref))?.credentials[0]?.state).toBe('issued');
  });

  test('suspends on a yes, and says so in the list afterwards', async () => {
    const ran = await impact(apply, { answer: true });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('1 enrollment looked at afresh; 1 credential being suspended.');
    await steps.settle(ref);
    expect((await steps.store.readRecord(ref))?.credentials[0]?.state).toBe('suspended');
    const { stdout } = await impact([]);
    expect(stdout).toMatch(/Voided \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T by office/);
    expect(stdout).toMatch(/\(completion\), suspended: FALLS/);
  });

  test('shows what falls and how before anything is done, where nobody is asked too', async () => {
    // A code that is none is found by the act itself: what stands before it was said before it.
    const { stderr } = await impact([...apply, '--revoke', 'because', '--yes']);
    expect(stderr).toMatch(/FALLS[\s\S]*1 of which would fall\.\nWhat falls is revoked as because\.\n--revoke: one of/);
  });

  test('revokes what was suspended where it is asked again so, with a code', async () => {
    const ran = await impact([...apply, '--revoke', '--yes', '--json']);
    expect(ran.stderr).toContain('What falls is revoked as fraud.');
    expect(ran.json()).toMatchObject({ outcome: 'voided', revoked: [expect.any(String)], voided: { by: 'office' } });
    expect((await steps.store.readRecord(ref))?.credentials[0]).toMatchObject({
      state: 'revoked',
      revocation: { code: 'fraud' },
    });
  });

  test('of a program that is not there exits with 3', async () => {
    const ran = await runCli(['audit', 'assessor-impact', 'mentor', '--program', 'nosuch', '--stack', stack.file]);
    expect(ran).toMatchObject({ exitCode: 3, stdout: '' });
  });
});
