import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { spawnService } from '../../infra/local/services/process.ts';
import { eventually, stopLater, temporaryFolder } from './local-service.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

test('mail events wait on disk while the queue service is down and arrive once it is up', async () => {
  const sqs = await stopLater(spawnService('sqs', { dataDir: join(folder.path, 'sqs') }));
  const queues = new SQSClient({ ...localClientConfig(sqs.endpoint), useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: 'feedback' }));
  const eventQueues = { journeypaper: { queueUrl: QueueUrl, sqsEndpoint: sqs.endpoint } };
  const ses = await stopLater(spawnService('ses', { dataDir: join(folder.path, 'ses'), eventQueues }));
  expect(ses.details()).toMatchObject({ inboxUrl: `${ses.endpoint}/inbox` });
  const mail = new SESClient(localClientConfig(ses.endpoint));

  await sqs.kill();
  await mail.send(
    new SendRawEmailCommand({
      ConfigurationSetName: 'journeypaper',
      RawMessage: {
        Data: Buffer.from('From: a@example.org\r\nTo: bounce@simulator.amazonses.com\r\nSubject: s\r\n\r\nx\r\n'),
      },
    }),
  );
  await ses.kill();
  await sqs.restart();
  await ses.restart();

  const types: string[] = [];
  await eventually(async () => {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    types.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '').eventType));
    return types.length >= 2 ? true : undefined;
  });
  expect(types.sort()).toEqual(['Bounce', 'Send']);
  queues.destroy();
  mail.destroy();
});

test('a port in use is named with its remedy, from a process as from a function', async () => {
  const first = await stopLater(spawnService('kms', { dataDir: join(folder.path, 'kms'), keys: [] }));
  for (const name of ['s3', 'sqs', 'dynamodb'] as const) {
    const second = spawnService(name, { dataDir: join(folder.path, name), port: first.port });
    await expect(second).rejects.toMatchObject({
      name: 'LocalError',
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`Port ${first.port} .* choose another port`)),
    });
  }
});

test('a service that is killed from outside is reported', async () => {
  const reported = Promise.withResolvers<Error>();
  const options = { dataDir: join(folder.path, 'killed'), keys: [] };
  const service = await stopLater(spawnService('kms', options, { onUnexpectedExit: reported.resolve }));
  process.kill(service.pid(), 'SIGKILL');
  expect(await reported.promise).toMatchObject({ code: 'service-failed', message: expect.stringContaining('SIGKILL') });
});

test('nothing is left of a service, nor of its emulator, when its parent is killed', async () => {
  const parent = fileURLToPath(new URL('../../infra/local/services/process.ts', import.meta.url));
  const script = `
    const { spawnService } = await import(${JSON.stringify(parent)});
    const service = await spawnService('dynamodb', { dataDir: ${JSON.stringify(join(folder.path, 'orphan'))} });
    console.log(JSON.stringify([service.pid(), service.details().emulatorPid]));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const pids: number[] = JSON.parse(line);
  expect(pids.every(isAlive)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => (pids.some(isAlive) ? undefined : true));
});

test('killing the process that holds DynamoDB ends its emulator too, and a restart serves on the same port', async () => {
  const service = await stopLater(spawnService('dynamodb', { dataDir: join(folder.path, 'held') }));
  const { endpoint } = service;
  const emulator = Number(service.details().emulatorPid);
  await service.kill();
  await eventually(() => (isAlive(emulator) ? undefined : true));
  await service.restart();
  expect(service.endpoint).toBe(endpoint);
  expect(isAlive(Number(service.details().emulatorPid))).toBe(true);
});

test('the entry point says what it wants when called wrongly', () => {
  const serve = fileURLToPath(new URL('../../infra/local/services/serve.ts', import.meta.url));
  const run = () =>
    execFileSync(process.execPath, [serve, 'sns', '{}'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(run).toThrow(expect.objectContaining({ stdout: expect.stringContaining('"code":"invalid-options"') }));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
