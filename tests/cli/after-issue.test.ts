import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrollmentItem } from '../../functions/adapters/aws/enrollment-codec.ts';
import { textWidth } from '../../functions/cli/text-width.ts';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, type HarborFramework, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const on = (enrollment: string) => ['--program', 'harbor', '--enrollment', enrollment];
const files = { old: '', next: '' };

/** The second version: the course is gone, one sensitive skill came, and a skill is worded anew. */
function secondVersion(framework: HarborFramework): void {
  framework.version = '2';
  framework.courses = [];
  const [engage, lived] = framework.skillSets as [(typeof framework.skillSets)[0], (typeof framework.skillSets)[0]];
  engage.skills = [{ id: 'engage-1', text: 'Makes the first contact' }, ...engage.skills.slice(1)];
  lived.skills.push({ id: 'lived-2', text: 'Speaks of relapse' });
}

async function meet(enrollment: string, requirements: readonly string[]) {
  const pieces = everyPiece.filter(({ requirement }) => requirements.includes(requirement));
  const met = pieces.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  const given = [...on(enrollment), '--file', '-', '--stack', stack.file];
  await runCli(['submit', ...given, '--as', 'zoe'], { stdin: JSON.stringify(pieces) });
  await runCli(['assess', ...given, '--as', 'mentor'], { stdin: JSON.stringify(met) });
  await steps.settle({ program: 'harbor', enrollment });
}

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  const load = writeHarbor(stack.folder);
  await run(...load);
  files.old = join(stack.folder, 'frameworks', 'harbor-standards.1.json');
  files.next = join(stack.folder, 'frameworks', 'harbor-standards.2.json');
  for (const enrollment of ['enr-1', 'enr-2', 'enr-3']) await run(...enrollZoe(enrollment, '--as', 'office'));
  // A whole folder of the second version, written over the first's file, which is then put back.
  writeHarbor(stack.folder, ({ framework }) => secondVersion(framework));
  writeFileSync(files.next, readFileSync(files.old));
  writeHarbor(stack.folder);
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

describe('framework diff', () => {
  test('shows what is new, gone and worded anew, and hides what is sensitive', async () => {
    const { exitCode, stdout } = await runCli(['framework', 'diff', files.old, files.next]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('harbor-standards 1 → harbor-standards 2  3 differences');
    expect(stdout).toMatch(/gone +course-ethics +course\n +- Ethics/);
    expect(stdout).toMatch(/reworded +engage-1 +skill\n +- Initiates contact\n +\+ Makes the first contact/);
    expect(stdout).toContain('(sensitive requirement): 1 difference; --sensitive shows them');
    expect(stdout).not.toMatch(/lived|relapse/);
    const json = await runCli(['framework', 'diff', files.old, files.next, '--json']);
    expect(json.stdout).not.toMatch(/lived|relapse/);
    expect(json.json()).toMatchObject({ from: { version: '1' }, to: { version: '2' } });
  });

  test('shows the sensitive too where it was asked for', async () => {
    const { stdout } = await runCli(['framework', 'diff', files.old, files.next, '--sensitive']);
    expect(stdout).toMatch(/new +lived-2 +skill\n +\+ Speaks of relapse/);
  });

  test('says so where nothing differs, and names what is wrong with a file', async () => {
    expect((await runCli(['framework', 'diff', files.old, files.old])).stdout).toContain('No requirement differs.');
    const broken = join(stack.folder, 'broken.json');
    writeFileSync(broken, '{"schema": "journeypaper/framework/1"}');
    const ran = await runCli(['framework', 'diff', files.old, broken]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(`new ${broken}: id:`);
  });
});

describe('framework simulate and move', () => {
  beforeAll(async () => {
    await meet('enr-1', ['cert-cpr', 'engage-1', 'engage-2', 'lived-1', 'course-ethics']);
    await meet('enr-2', ['engage-1']);
  });

  test('tells who would no longer be complete and what they would miss, sensitive words hidden', async () => {
    const { stdout } = await run('framework', 'simulate', files.next, '--program', 'harbor');
    expect(stdout).toMatch(/Would no longer be complete \(1\)\n +enr-1 +5\/5 → 4\/5 +follows harbor-standards 1/);
    expect(stdout).toMatch(/\(sensitive requirement\) +no evidence/);
    expect(stdout).toContain('Of 3 enrollments: 0 newly complete, 1 no longer, 2 as before.');
    expect(stdout).not.toMatch(/lived|relapse|Zoë/);
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(100);
    const json = (await run('framework', 'simulate', files.next, '--program', 'harbor', '--json')).json();
    expect(json).toMatchObject({ counts: { enrollments: 3, completes: 0, 'falls-short': 1, none: 2 } });
    expect(JSON.stringify(json)).not.toContain('lived');
  });

  test('a program that is not there, or that follows another framework, is named', async () => {
    const unknown = await run('framework', 'simulate', files.next, '--program', 'nosuch');
    expect(unknown).toMatchObject({ exitCode: 3 });
    const other = join(stack.folder, 'other.json');
    writeFileSync(other, JSON.stringify({ ...JSON.parse(readFileSync(files.next, 'utf8')), id: 'other' }));
    const refused = await run('framework', 'simulate', other, '--program', 'harbor');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('is a version of other; "harbor" follows harbor-standards');
  });

  test('a version that is not loaded cannot be moved to; a loaded one can, and is an entry', async () => {
    const move = ['framework', 'move', ...on('enr-2'), '--to', files.next, '--as', 'office'];
    const early = await run(...move);
    expect(early).toMatchObject({ exitCode: 3 });
    expect(early.stderr).toContain('--to: harbor-standards 2 is not in the table');
    await run(
      ...writeHarbor(stack.folder, ({ program, framework }) => {
        secondVersion(framework);
        program.framework = { id: 'harbor-standards', version: '2' };
        writeFileSync(files.next, JSON.stringify(framework));
      }),
    );
    const { lastChangeAt: beforeMove } = (await run('status', 'harbor', 'enr-2', '--json')).json() as {
      lastChangeAt: string;
    };
    const moved = await run(...move);
    expect(moved).toMatchObject({ exitCode: 0 });
    expect(moved.stdout).toContain('enr-2 follows harbor-standards 2');
    await steps.settle({ program: 'harbor', enrollment: 'enr-2' });
    expect((await run('status', 'harbor', 'enr-2')).stdout).toContain('framework harbor-standards 2');
    const history = (await run('status', 'harbor', 'enr-2', '--history')).stdout;
    expect(history).toMatch(/framework-moved[\s\S]*from=harbor-standards@1/);
    const past = await run('status', 'harbor', 'enr-2', '--at', beforeMove);
    expect(past.stdout).toMatch(/framework harbor-standards 1\n[\s\S]*course-ethics/);
  });
});

describe('leave and resume', () => {
  const leave = (...more: string[]) =>
    run('leave', ...on('enr-3'), '--code', 'resigned', '--reason', 'Took another job', '--as', 'office', ...more);

  test('the status says when an apprentice left and why by its code, and never in the words', async () => {
    expect(await leave()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('enr-3 left the program') });
    const { stdout } = await run('status', 'harbor', 'enr-3');
    expect(stdout).toMatch(/\nLeft \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T \(resigned\)\n/);
    expect(stdout).toContain('withdrawn');
    const json = await run('status', 'harbor', 'enr-3', '--json');
    expect(json.json()).toMatchObject({ status: 'withdrawn', left: { code: 'resigned', at: expect.any(String) } });
    expect(stdout + json.stdout).not.toContain('another job');
    expect((await leave()).stdout).toBe('enr-3 had left already.\n');
  });

  test('who is back is open again, and the past still tells of the leave', async () => {
    const { lastChangeAt } = (await run('status', 'harbor', 'enr-3', '--json')).json() as { lastChangeAt: string };
    expect(await run('resume', ...on('enr-3'), '--as', 'office')).toMatchObject({ exitCode: 0 });
    const now = (await run('status', 'harbor', 'enr-3', '--json')).json();
    expect(now).toMatchObject({ status: 'open' });
    expect(now).not.toHaveProperty('left');
    const then = await run('status', 'harbor', 'enr-3', '--at', lastChangeAt, '--json');
    expect(then.json()).toMatchObject({ status: 'withdrawn', left: { code: 'resigned' } });
    expect(await run('resume', ...on('enr-3'))).toMatchObject({ exitCode: 1 });
  });

  test('a code or a reason that does not do is named by its flag', async () => {
    const code = await run('leave', ...on('enr-1'), '--code', 'because', '--reason', 'unclear');
    expect(code).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--code: one of resigned') });
    const reason = await run('leave', ...on('enr-1'), '--code', 'other', '--reason', 'x');
    expect(reason).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--reason: one line') });
  });
});

describe('lapses', () => {
  const ref = { program: 'harbor', enrollment: 'enr-1' };

  test('says so where there is none, and of a program that is not there exits with 3', async () => {
    expect((await run('lapses', 'harbor')).stdout).toBe('No required certificate has lapsed since a completion.\n');
    expect(await run('lapses', 'nosuch')).toMatchObject({ exitCode: 3, stdout: '' });
  });

  test('shows whose certificate ran out since, here and in the status, and that the completion stands', async () => {
    const enrollment = await steps.store.readEnrollment(ref);
    const met = enrollment?.progress['cert-cpr'];
    if (!enrollment || met?.status !== 'met') throw new Error('CPR is not met');
    // As if all of it lay some months back.
    const intervals = (met.intervals ?? []).map((interval) => ({ ...interval, to: '2026-04-30' }));
    const item = enrollmentItem({ ...enrollment, progress: { 'cert-cpr': { ...met, intervals } } });
    const code = (item.progress as Record<string, string>)['cert-cpr'] ?? '';
    await steps.changeItem(ref, 'ENROLLMENT', ['progress', 'cert-cpr'], code);
    await steps.changeItem(ref, 'ENROLLMENT', ['pointers', 'completion', 'active', 'completedOn'], '2026-02-04');

    const { stdout } = await run('lapses', 'harbor');
    expect(stdout).toMatch(/enr-1 +cert-cpr +in force until 2026-04-30 +CPR Certificate\n1 certificate of 1 person/);
    const status = await run('status', 'harbor', 'enr-1');
    expect(status.stdout).toMatch(/Lapsed since the completion, which stands\n +cert-cpr +in force until 2026-04-30/);
    expect(status.stdout).toContain('complete');
    const json = (await run('status', 'harbor', 'enr-1', '--json')).json();
    expect(json).toMatchObject({ status: 'complete', lapsedSince: [{ requirement: 'cert-cpr', on: '2026-04-30' }] });
  });
});
