import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const runWith = (stdin: unknown, ...args: string[]) =>
  runCli([...args, '--stack', stack.file], { stdin: JSON.stringify(stdin) });
const on = (enrollment: string) => ['--program', 'harbor', '--enrollment', enrollment];

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

describe('items of other systems', () => {
  test('a malformed one is set aside with its reason, and counts once it is mended', async () => {
    await run(...enrollZoe('raw'));
    const place = [...on('raw'), '--requirement', 'lived-1', '--evidence', 'r1'];
    const item = {
      ...{
        schema: 'journeypaper/evidence/1',
        program: 'harbor',
        enrollment: 'raw',
        requirement: 'lived-1',
        evidence: 'r1',
      },
      ...{ submittedBy: 'other-system', submittedAt: '2026-02-03T12:00:00.000Z', occurredOn: '2026-02-03' },
    };
    expect((await runWith(item, 'evidence', 'put-raw', ...place, '--item', '-')).exitCode).toBe(0);
    await steps.settle({ program: 'harbor', enrollment: 'raw' });
    const refused = await run('evidence', 'refused', 'harbor', '--enrollment', 'raw');
    expect(refused.stdout).toMatch(/raw {2}\(sensitive requirement\) r1 {2}item\.malformed\n {6}attestation: /);
    expect(refused.stdout).not.toContain('lived-1');
    expect((await run('evidence', 'replay', 'harbor', '--enrollment', 'raw')).stdout).toBe(
      '1 item of 1 enrollment handed back to evaluate.\n',
    );

    expect(
      (await runWith({ ...item, attestation: 'Done.' }, 'evidence', 'put-raw', ...place, '--item', '-')).exitCode,
    ).toBe(0);
    await steps.settle({ program: 'harbor', enrollment: 'raw' });
    expect((await run('evidence', 'list', 'harbor', 'raw', '--waiting')).stdout).toContain('r1');
  });

  test('evidence that came before its enrollment is shown, and replayed once there is one', async () => {
    const key = ['--pk', 'harbor#EVIDENCE#late', '--sk', 'EVIDENCE#engage-1#r1'];
    await runWith({ schema: 'journeypaper/evidence/1' }, 'evidence', 'put-raw', ...key, '--item', '-');
    await steps.settle({ program: 'harbor', enrollment: 'late' });
    const before = await run('evidence', 'replay', 'harbor', '--enrollment', 'late');
    expect(before.stdout).toContain('Not replayed, since nobody is enrolled under them: late');
    await run(...enrollZoe('late'));
    expect((await run('evidence', 'replay', 'harbor', '--enrollment', 'late', '--json')).json()).toMatchObject({
      items: 1,
      waiting: [],
    });
    await steps.settle({ program: 'harbor', enrollment: 'late' });
    const refused = (await run('evidence', 'refused', 'harbor', '--enrollment', 'late', '--json')).json();
    expect(refused).toMatchObject([{ item: 'EVIDENCE#engage-1#r1', code: 'item.malformed' }]);
  });

  test('what the table would not take is refused before', async () => {
    const place = [...on('enr-1'), '--requirement', 'engage-1', '--evidence', 'big'];
    const big = await runWith({ note: 'x'.repeat(400_000) }, 'evidence', 'put-raw', ...place, '--item', '-');
    expect(big).toMatchObject({ exitCode: 2 });
    expect(big.stderr).toContain('more than the table takes');
    const list = await runWith([1], 'evidence', 'put-raw', ...place, '--item', '-');
    expect(list.stderr).toContain('is not a JSON object');
  });

  test('an oversize item is set aside', async () => {
    await run(...enrollZoe('oversize'));
    const place = [...on('oversize'), '--requirement', 'engage-1', '--evidence', 'big'];
    await runWith({ note: 'x'.repeat(20_000) }, 'evidence', 'put-raw', ...place, '--item', '-');
    await steps.settle({ program: 'harbor', enrollment: 'oversize' });
    const refused = await run('evidence', 'refused', 'harbor', '--enrollment', 'oversize');
    expect(refused.stdout).toContain('item: larger than 16384 bytes');
  });

  test('of an unknown program there is nothing to show', async () => {
    for (const command of ['refused', 'replay']) {
      expect(await run('evidence', command, 'nowhere')).toMatchObject({ exitCode: 3, stdout: '' });
    }
  });
});
