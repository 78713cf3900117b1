import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { readStatus } from '../../functions/acts/status.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { beginWalk, walkThrough } from '../../infra/local/demo/walk.ts';
import { startStack } from '../../infra/local/stack.ts';
import { actsOn, awaitStack, dataFolder, isRunning, pidsOf, root, runScript } from './stack-process.ts';

const script = 'infra/local/local.ts';
const peer = readDemoProgram(root, 'staten-island-peer-specialist');
const longTest = { timeout: 180_000 };

async function local(folder: string, ...args: string[]) {
  const run = runScript(script, ['--data', folder, '--port', '0', ...args]);
  return { ...run, description: await awaitStack(folder, run) };
}

test('a port that is in use is named, with the remedy, and nothing is left running', longTest, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, err } = await runScript(script, ['--data', dataFolder(), '--port', String(port)]).ended;
  expect(code).toBe(1);
  expect(err).toMatch(new RegExp(`Port ${port} on 127.0.0.1 is in use.*--port 0`, 's'));
  expect(err).not.toMatch(/^\s+at /m);
});

test('a second stack on the same data hears who runs, and the first goes on', longTest, async () => {
  const folder = dataFolder();
  const { description, child } = await local(folder);
  const { code, err } = await runScript(script, ['--data', folder, '--port', '0']).ended;
  expect(code).toBe(1);
  expect(err).toContain(`already running on ${folder} (process ${child.pid}, inbox ${description.inbox})`);
  expect(err).not.toMatch(/^\s+at /m);
  expect((await fetch(description.inbox)).status).toBe(200);
});

test('where there is no DynamoDB, it lists the choices', longTest, async () => {
  const hidden = { nodeArgs: ['--import', './tests/e2e/hide-dynoxide.ts'] };
  const environment = { PATH: '/nowhere' };
  const { code, err } = await runScript(script, ['--data', dataFolder()], { ...hidden, environment }).ended;
  expect(code).toBe(1);
  expect(err).toMatch(/No DynamoDB for .*npm install .*@dynoxide.*on the PATH.*AWS_ENDPOINT_URL_DYNAMODB=/s);
  expect(err).not.toMatch(/^\s+at /m);
});

test.each([
  ['data/kms/SigningKey.json', 'not a key'],
  ['data/kms/SigningKey.json', '{"spec":"ECC_NIST_P256","createdAt":"2026-01-01T00:00:00.000Z","material":"nothing"}'],
  ['data/sqs/fauxqs.db', 'no database, and longer than the hundred bytes of a header'.repeat(8)],
  ['data/dynamodb/dynamodb.db', 'no database, and longer than the hundred bytes of a header'.repeat(8)],
])('what was put in the place of %s is named, with the remedy', longTest, async (name, content) => {
  const folder = dataFolder();
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  // As a stack leaves it, so that the folder is one of ours.
  writeFileSync(join(folder, 'stack.lock'), '');
  const { code, err } = await runScript(script, ['--data', folder, '--port', '0']).ended;
  expect(err.trim().split('\n')).toEqual([expect.stringContaining(`${file} does not hold what was kept in it.`)]);
  expect(err).toMatch(/Restore it from a backup.*or start with --fresh, which forgets/);
  expect(code).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test('a lock that is none is named, and a file where a folder is needed', longTest, async () => {
  const folder = dataFolder();
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'stack.lock');
  writeFileSync(lock, 'no database, and longer than the hundred bytes of a header'.repeat(8));
  const locked = await runScript(script, ['--data', folder, '--port', '0']).ended;
  expect(locked.err.trim()).toBe(
    `${lock} is not the lock that a stack makes. Delete it, once nothing runs on that folder: it holds nothing else.`,
  );
  expect(locked.code).toBe(1);
  const filed = await runScript(script, ['--data', lock, '--port', '0']).ended;
  expect(filed.err.trim()).toBe(
    `${lock} is a file, and a stack keeps its data in a folder. Give a folder, or the name of a new one.`,
  );
  expect(filed.code).toBe(2);
});

test('an endpoint of the real AWS is refused', longTest, async () => {
  const hidden = { nodeArgs: ['--import', './tests/e2e/hide-dynoxide.ts'] };
  const environment = { PATH: '/nowhere', AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb.us-east-1.amazonaws.com' };
  const { code, err } = await runScript(script, ['--data', dataFolder()], { ...hidden, environment }).ended;
  expect([code, err]).toEqual([1, expect.stringMatching(/amazonaws\.com is not on this machine/)]);
});

test('killed, the stack leaves no process; started again, it goes on where it was', longTest, async () => {
  const folder = dataFolder();
  const first = await local(folder);
  const ports = actsOn(folder);
  expect(await loadProgram(ports, peer.files)).toMatchObject({ outcome: 'loaded' });
  const walk = await beginWalk(ports, peer, peer.sample.apprentice);
  await walkThrough(ports, { ...peer, sample: { ...peer.sample, steps: peer.sample.steps.slice(0, 40) } }, walk);
  const pids = await pidsOf(first.description);
  first.child.kill('SIGKILL');
  await first.ended;
  await expect.poll(() => pids.filter(isRunning), { timeout: 5_000 }).toEqual([]);

  const second = await local(folder);
  const again = actsOn(folder);
  await walkThrough(again, { ...peer, sample: { ...peer.sample, steps: peer.sample.steps } }, walk);
  await expect
    .poll(async () => (await again.store.readRecord(walk.ref))?.deliveries.map(({ state }) => state), {
      timeout: 60_000,
      interval: 200,
    })
    .toEqual(['delivered']);
  const status = await readStatus(again, walk.ref);
  expect(status).toMatchObject({ outcome: 'found', enrollment: { status: 'complete' }, chainFault: undefined });
  second.child.kill('SIGINT');
  expect((await second.ended).code).toBe(0);
});

test('functions killed again and again in the middle of their work lose nothing and issue once', longTest, async () => {
  const folder = dataFolder();
  const stack = await startStack({ dataFolder: folder, maxVisibilitySeconds: 2 });
  onTestFinished(() => stack.stop());
  const ports = actsOn(folder);
  await loadProgram(ports, peer.files);
  const walk = await beginWalk(ports, peer, peer.sample.apprentice);
  let kills = 0;
  const timer = setInterval(async () => {
    for (const step of ['evaluate', 'issue']) if (kills < 24) kills += Number((await stack.kill(step)) === undefined);
  }, 250);
  onTestFinished(() => clearInterval(timer));
  await walkThrough(ports, peer, walk);
  await expect
    .poll(async () => (await ports.store.readRecord(walk.ref))?.deliveries.map(({ state }) => state), {
      timeout: 90_000,
      interval: 200,
    })
    .toEqual(['delivered']);
  await stack.drain();
  const status = await readStatus(ports, walk.ref);
  expect(status).toMatchObject({ outcome: 'found', enrollment: { status: 'complete' }, chainFault: undefined });
  if (status.outcome === 'found') expect(status.credentials).toHaveLength(1);
  expect(kills).toBeGreaterThan(3);
});

test('services apart can be killed one by one and come back with their data', longTest, async () => {
  const folder = dataFolder();
  const stack = await startStack({ dataFolder: folder, servicesApart: true, maxVisibilitySeconds: 2 });
  onTestFinished(() => stack.stop());
  const ports = actsOn(folder);
  await loadProgram(ports, peer.files);
  const walk = await beginWalk(ports, peer, peer.sample.apprentice);
  for (const piece of ['dynamodb', 'sqs', 'ses', 's3', 'kms']) {
    await stack.kill(piece);
    await stack.restore(piece);
  }
  await walkThrough(ports, peer, walk);
  await expect
    .poll(async () => (await ports.store.readRecord(walk.ref))?.deliveries.map(({ state }) => state), {
      timeout: 60_000,
      interval: 200,
    })
    .toEqual(['delivered']);
});

test('a schedule runs when asked, over HTTP too', longTest, async () => {
  const { description } = await local(dataFolder());
  const order = (path: string, body: unknown) =>
    fetch(`${description.admin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const answer = await order('/run-schedule', { task: 'due' });
  expect(await answer.json()).toMatchObject({ outcome: 'returned', payload: '{"redriven":0,"parked":0}' });
  const unknown = await order('/run-schedule', { task: 'nothing' });
  expect([unknown.status, await unknown.json()]).toEqual([
    409,
    { error: 'invalid-options', message: expect.stringContaining('"nothing"') },
  ]);
  expect(await (await order('/drain', {})).json()).toEqual({ drained: true });
});
