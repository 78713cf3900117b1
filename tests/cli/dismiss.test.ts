import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunOptions, run as runCli } from './cli-run.ts';
import { writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (args: string[], options?: RunOptions) => runCli([...args, '--stack', stack.file], options);
const nobody = { at: '2026-01-05T12:00:00.000Z', sequence: '1', code: 'item.key', reason: 'key: of no known form' };
const stray = { ...nobody, program: 'unknown', enrollment: 'unknown', sk: 'harbor#EVIDENCE|EVIDENCE#Lived-1#e1' };
const refused = { ...nobody, program: 'harbor', enrollment: 'enr-1' };
const why = ['--reason', 'a test system', '--as', 'olga'];

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  await run(writeHarbor(stack.folder));
  await steps.store.putAside(stray);
  for (const piece of ['e1', 'e2', 'e3']) await steps.store.putAside({ ...refused, sk: `EVIDENCE#engage-1#${piece}` });
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

test('strays are listed, a sensitive requirement in their keys hidden however it is spelled', async () => {
  const { exitCode, stdout } = await run(['evidence', 'strays']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('item.key');
  expect(stdout).not.toMatch(/lived-1/i);
  expect((await run(['evidence', 'strays', '--sensitive'])).stdout).toContain('Lived-1');
});

test('a stray is dismissed by its key, with who did so and why', async () => {
  expect((await run(['evidence', 'dismiss', 'strays', '--item', stray.sk, ...why])).exitCode).toBe(0);
  expect((await run(['evidence', 'strays'])).stdout).toBe('Nothing is refused.\n');
  expect((await run(['evidence', 'strays', '--dismissed'])).stdout).toContain('dismissed by olga: a test system');
});

test('one refused piece is dismissed and the others still ask', async () => {
  await run(['evidence', 'dismiss', 'harbor', '--evidence', 'e2', ...why]);
  const { stdout } = await run(['evidence', 'refused', 'harbor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ item: 'EVIDENCE#engage-1#e1' }, { item: 'EVIDENCE#engage-1#e3' }]);
});

test('all are dismissed only after a yes, and a new judgement asks again', async () => {
  const asked = await run(['evidence', 'dismiss', 'harbor', '--all', ...why], { answer: true });
  expect(asked.stderr).toContain('2 refused items would be dismissed. Go on?');
  expect((await run(['evidence', 'refused', 'harbor'])).stdout).toBe('Nothing is refused.\n');
  await steps.store.putAside({ ...refused, sk: 'EVIDENCE#engage-1#e1' });
  expect((await run(['evidence', 'refused', 'harbor'])).stdout).toContain('e1');
});

test('one that was judged again while it asked is left, said so, and the others are dismissed', async () => {
  for (const piece of ['e4', 'e5']) await steps.store.putAside({ ...refused, sk: `EVIDENCE#engage-1#${piece}` });
  const judgedAgain = async () => {
    await steps.store.putAside({ ...refused, sk: 'EVIDENCE#engage-1#e1', sequence: '2' });
    return true;
  };
  const asked = await run(['evidence', 'dismiss', 'harbor', '--all', ...why], { answer: judgedAgain });
  expect(asked).toMatchObject({ exitCode: 1, stdout: '2 items dismissed.\n' });
  expect(asked.stderr).toContain('1 item not dismissed: counting by now, or judged again meanwhile');
  const { stdout } = await run(['evidence', 'refused', 'harbor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ item: 'EVIDENCE#engage-1#e1' }]);
});

test('without an item or --all nothing is dismissed', async () => {
  expect(await run(['evidence', 'dismiss', 'harbor', ...why])).toMatchObject({ exitCode: 2 });
});
