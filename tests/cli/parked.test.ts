import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunOptions, run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (args: string[], options?: RunOptions) => runCli([...args, '--stack', stack.file], options);
const ids = ['enr-1', 'enr-2'];
const deliveryOf = async (enrollment: string) => {
  const record = await steps.store.readRecord({ program: 'harbor', enrollment });
  return record?.deliveries[0]?.deliveryId ?? '';
};
type Listed = { enrollment: string; id: string; kind: string; reason: string; setAside?: { by: string } };
const list = async (...more: string[]) => (await run(['parked', 'list', ...more, '--json'])).json() as Listed[];

/** Two apprentices with a certificate each, and emails that no step has sent yet. */
beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  await run(writeHarbor(stack.folder));
  for (const enrollment of ids) {
    const on = ['--program', 'harbor', '--enrollment', enrollment];
    await run(enrollZoe(enrollment));
    await run(['submit', ...on, '--file', '-', '--as', 'zoe'], { stdin: JSON.stringify(everyPiece) });
    const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
    await run(['assess', ...on, '--file', '-', '--as', 'mentor'], { stdin: JSON.stringify(met) });
    await steps.settle({ program: 'harbor', enrollment });
  }
});
/** As deliver leaves them after an address that did not take them. */
beforeEach(async () => {
  for (const enrollment of ids) {
    const sk = `DELIVERY#${await deliveryOf(enrollment)}`;
    await steps.changeItem({ program: 'harbor', enrollment }, sk, ['state'], 'parked');
    await steps.changeItem({ program: 'harbor', enrollment }, sk, ['reason'], 'bounced: Permanent/General');
  }
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

test('a listing shows what is parked and why, and no address', async () => {
  const { stdout } = await run(['parked', 'list']);
  expect(stdout).toMatch(/^email +\d+ s +harbor enr-\d dlv-\w+\n +bounced: Permanent\/General$/m);
  expect(stdout).not.toMatch(/Zoë|apprentice\.example/);
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  expect(await list('harbor', 'enr-2')).toMatchObject([{ enrollment: 'enr-2', kind: 'email' }]);
  expect(await list('harbor', '--kind', 'credential')).toEqual([]);
  expect(await list('harbor', '--because', 'throttled')).toEqual([]);
});

test('one is shown with what led to it and the commands that lead on', async () => {
  const id = await deliveryOf('enr-1');
  const { stdout } = await run(['parked', 'show', 'harbor', 'enr-1', id]);
  expect(stdout).toContain('bounced: Permanent/General');
  expect(stdout).toContain(`parked replay harbor enr-1 ${id}`);
  expect(stdout).toContain('delivery-queued');
  const unknown = await run(['parked', 'show', 'harbor', 'enr-1', 'nothing']);
  expect(unknown).toMatchObject({ exitCode: 3 });
});

test('one is replayed, to a corrected address, and the history says by whom', async () => {
  const id = await deliveryOf('enr-1');
  const args = ['parked', 'replay', 'harbor', 'enr-1', id, '--email', 'zoe@new.example', '--as', 'olga'];
  expect(await run(args)).toMatchObject({
    exitCode: 0,
    stdout: `${id}: on its way; \`status\` shows what comes of it.\n`,
  });
  expect((await list('harbor')).map(({ enrollment }) => enrollment)).toEqual(['enr-2']);
  const history = (await run(['status', 'harbor', 'enr-1', '--history'])).stdout;
  expect(history).toMatch(
    /address-corrected[\s\S]*by olga \(operator\)[\s\S]*delivery-queued[\s\S]*by olga \(operator\)/,
  );
  expect(history).not.toContain('new.example');
  expect(history).toContain('unbroken');
});

test('all are replayed only after a yes that names how many', async () => {
  const no = await run(['parked', 'replay', 'harbor', '--all', '--as', 'olga'], { answer: false });
  expect(no).toMatchObject({ exitCode: 1, stdout: 'Nothing was done.\n' });
  expect(no.stderr).toContain('2 parked ones of harbor would be issued or sent after all. Go on?');
  expect(await run(['parked', 'replay', 'harbor', '--all'])).toMatchObject({ exitCode: 2 });
  expect(await list('harbor')).toHaveLength(2);
  expect((await run(['parked', 'replay', 'harbor', '--all', '--yes', '--as', 'olga'])).exitCode).toBe(0);
  expect(await list('harbor')).toEqual([]);
});

test('what is set aside is listed where it is asked for, with who did so and why', async () => {
  const id = await deliveryOf('enr-1');
  const why = ['--reason', 'handed over on paper', '--as', 'olga'];
  expect((await run(['parked', 'set-aside', 'harbor', 'enr-1', id, ...why])).exitCode).toBe(0);
  expect((await list('harbor')).map(({ enrollment }) => enrollment)).toEqual(['enr-2']);
  expect(await list('harbor', '--set-aside')).toHaveLength(2);
  expect((await run(['parked', 'list', '--set-aside'])).stdout).toContain('set aside by olga: handed over on paper');
});
