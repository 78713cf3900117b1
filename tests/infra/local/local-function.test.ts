import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { functionVariables } from '../../../infra/local/runtime/function-variables.ts';
import { localFunction } from '../../../infra/local/runtime/local-function.ts';
import { temporaryFolder } from '../../contracts/local-service.ts';

const bootstrap = join(import.meta.dirname, '../../../infra/local/runtime/bootstrap.ts');
const endpoints = Object.fromEntries(
  ['dynamodb', 'sqs', 'ses', 's3', 'kms'].map((name) => [name, 'http://127.0.0.1:1']),
) as never;

const handler = `
exports.handler = async (event, context) => {
  if (event.do === 'throw') throw new TypeError('told to');
  if (event.do === 'exit') process.exit(3);
  if (event.do === 'hang') for (;;);
  if (event.do === 'wait') await new Promise((resolve) => setTimeout(resolve, event.ms));
  if (event.do === 'env') return process.env;
  console.log('saw', context.awsRequestId);
  return { pid: process.pid, remaining: context.getRemainingTimeInMillis(), name: context.functionName };
};`;

function make(
  options: { code?: string; timeoutSeconds?: number; maxProcesses?: number; reservedConcurrency?: number } = {},
) {
  const { path, remove } = temporaryFolder();
  writeFileSync(join(path, 'index.js'), options.code ?? handler);
  const plan = {
    name: 'step',
    functionName: 'Stack-Step',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Step',
    codeFolder: path,
    handler: 'index.handler',
    environment: { TABLE_NAME: 'table' },
    timeoutSeconds: options.timeoutSeconds ?? 10,
    memoryMb: 128,
    ...(options.reservedConcurrency !== undefined && { reservedConcurrency: options.reservedConcurrency }),
  };
  const logFile = join(path, 'step.log');
  const run = localFunction({
    plan,
    variables: functionVariables(plan, endpoints),
    command: [bootstrap],
    logFile,
    maxProcesses: options.maxProcesses ?? 1,
  });
  onTestFinished(async () => {
    await run.stop();
    remove();
  });
  const invoke = async (event: unknown) => {
    const result = await run.invoke(JSON.stringify(event));
    return result.outcome === 'returned' ? JSON.parse(result.payload) : result.errorType;
  };
  return { run, invoke, log: () => readFileSync(logFile, 'utf8') };
}

test('one process takes event after event, and what it prints is in its log', async () => {
  const { invoke, log } = make();
  const first = await invoke({});
  expect(first).toMatchObject({ name: 'Stack-Step' });
  expect(first.remaining).toBeGreaterThan(9_000);
  expect(first.remaining).toBeLessThanOrEqual(10_000);
  expect((await invoke({})).pid).toBe(first.pid);
  await expect.poll(log).toMatch(/saw [0-9a-f-]{36}\n/);
});

test("an error is the event's failure alone; the process goes on", async () => {
  const { invoke, run } = make();
  const { pid } = await invoke({});
  expect(await invoke({ do: 'throw' })).toBe('TypeError');
  expect(run.pids()).toEqual([pid]);
});

test('a process that dies fails its event, and the next event has another', async () => {
  const { invoke } = make();
  const { pid } = await invoke({});
  expect(await invoke({ do: 'exit' })).toBe('Runtime.ExitError');
  expect((await invoke({})).pid).not.toBe(pid);
});

test('killed in the middle, it fails its event and comes back', async () => {
  const { invoke, run } = make();
  const { pid } = await invoke({});
  const waiting = invoke({ do: 'wait', ms: 5_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await run.kill()).toBe(1);
  expect(await waiting).toBe('Runtime.ExitError');
  expect((await invoke({})).pid).not.toBe(pid);
});

test('a function that takes longer than its timeout is killed, even in an endless loop', async () => {
  const { invoke, run, log } = make({ timeoutSeconds: 0.4 });
  expect(await invoke({ do: 'hang' })).toBe('Sandbox.Timedout');
  expect(run.pids()).toEqual([]);
  expect(log()).toMatch(/Task timed out after 0.4 seconds/);
});

test('a bundle that does not load fails each event, and the log says why', async () => {
  const { invoke, log } = make({ code: 'throw new RangeError("no settings")' });
  expect(await invoke({})).toBe('Init.RangeError');
  expect(await invoke({})).toBe('Init.RangeError');
  expect(log()).toMatch(/RangeError: no settings/);
});

test('events beyond the limit wait; a reserved concurrency is a limit too', async () => {
  const { invoke, run } = make({ maxProcesses: 4, reservedConcurrency: 2 });
  const pids = await Promise.all(
    Array.from({ length: 6 }, () => invoke({ do: 'wait', ms: 60 }).then(({ pid }) => pid)),
  );
  expect(new Set(pids).size).toBe(2);
  expect(run.pids()).toHaveLength(2);
});

test("a function gets the template's variables and Lambda's, and nothing of this machine's", async () => {
  process.env.AWS_PROFILE = 'somebody';
  onTestFinished(() => {
    delete process.env.AWS_PROFILE;
  });
  const { invoke } = make();
  const variables = await invoke({ do: 'env' });
  expect(variables).toMatchObject({
    TABLE_NAME: 'table',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
  });
  expect(variables).not.toHaveProperty('AWS_PROFILE');
  // A service that nobody redirected ends on this machine all the same.
  expect(variables.AWS_ENDPOINT_URL).toBe('http://127.0.0.1:9');
});

test('a function is never given an endpoint on another machine', () => {
  const plan = {
    name: 's',
    functionName: 's',
    arn: '',
    codeFolder: '',
    handler: '',
    environment: {},
    timeoutSeconds: 1,
    memoryMb: 1,
  };
  const remote = { dynamodb: 'https://dynamodb.us-east-1.amazonaws.com' } as never;
  expect(() => functionVariables(plan, remote)).toThrow(/is not on this machine/);
});
