import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type SpawnedService, spawnService } from '../../infra/local/services/process.ts';
import { startSqs } from '../../infra/local/services/sqs.ts';
import { stopLater, temporaryFolder } from './local-service.ts';

const folder = temporaryFolder();
let server: SpawnedService;
let sqs: SQSClient;
let count = 0;

beforeAll(async () => {
  server = await spawnService('sqs', { dataDir: folder.path });
  sqs = new SQSClient({ ...localClientConfig(server.endpoint), useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
  folder.remove();
});

async function queue(attributes: Record<string, string> = {}): Promise<string> {
  count += 1;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${count}`, Attributes: attributes }));
  return QueueUrl ?? '';
}

const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function receive(
  QueueUrl: string,
  more: { VisibilityTimeout?: number; WaitTimeSeconds?: number } = {},
): Promise<Message[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      ...more,
    }),
  );
  return Messages ?? [];
}

const bodies = (messages: Message[]) => messages.map(({ Body }) => Body).sort();

test('a message that was received is invisible until its visibility timeout, then comes again with its count', async () => {
  const url = await queue({ VisibilityTimeout: '1' });
  await send(url, 'again');
  expect(bodies(await receive(url))).toEqual(['again']);
  expect(await receive(url)).toEqual([]);
  const [second] = await receive(url, { WaitTimeSeconds: 2 });
  expect(second).toMatchObject({ Body: 'again', Attributes: { ApproximateReceiveCount: '2' } });
});

test('a message made visible at once is received again', async () => {
  const url = await queue({ VisibilityTimeout: '60' });
  await send(url, 'released');
  const [first] = await receive(url);
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  expect(await receive(url)).toMatchObject([{ Body: 'released', Attributes: { ApproximateReceiveCount: '2' } }]);
});

test('of a batch, what is deleted is gone and the rest comes back', async () => {
  const url = await queue({ VisibilityTimeout: '60' });
  const Entries = ['a', 'b', 'c'].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
  expect((await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))).Successful).toHaveLength(3);
  const received = await receive(url);
  const done = received.filter(({ Body }) => Body !== 'b');
  await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: url,
      Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  const failed = received.find(({ Body }) => Body === 'b');
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: failed?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  expect(bodies(await receive(url))).toEqual(['b']);
});

test('after its last permitted receive a message moves to the dead-letter queue, and from there back by hand', async () => {
  const dead = await queue();
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 2 };
  const url = await queue({ VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(redrive) });
  await send(url, 'poison');
  await receive(url);
  await receive(url);
  expect(await receive(url)).toEqual([]);
  const [message] = await receive(dead);
  expect(message?.Body).toBe('poison');
  await send(url, message?.Body ?? '');
  await sqs.send(new DeleteMessageCommand({ QueueUrl: dead, ReceiptHandle: message?.ReceiptHandle }));
  expect(bodies(await receive(url))).toEqual(['poison']);
  expect(await receive(dead)).toEqual([]);
});

test('a long poll is answered when a message comes', async () => {
  const url = await queue();
  const waiting = receive(url, { WaitTimeSeconds: 5 });
  await send(url, 'late');
  expect(bodies(await waiting)).toEqual(['late']);
});

test('a delayed message comes after its delay', async () => {
  const url = await queue();
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'later', DelaySeconds: 1 }));
  expect(await receive(url)).toEqual([]);
  expect(bodies(await receive(url, { WaitTimeSeconds: 3 }))).toEqual(['later']);
});

test('queues, waiting, received, released and dead messages survive kill -9', async () => {
  const dead = await queue();
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const redrive = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
  const url = await queue({ VisibilityTimeout: '60', RedrivePolicy: redrive });
  await send(url, 'dies');
  const [dying] = await receive(url, { VisibilityTimeout: 0 });
  expect([dying?.Body, await receive(url)]).toEqual(['dies', []]);
  const released = await queue({ VisibilityTimeout: '60' });
  await send(released, 'released');
  const [first] = await receive(released);
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: released,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  const held = await queue({ VisibilityTimeout: '60' });
  await send(held, 'held');
  const [holding] = await receive(held);
  await send(held, 'waiting');

  await server.kill();
  await server.restart();

  expect(bodies(await receive(dead))).toEqual(['dies']);
  expect(await receive(released)).toMatchObject([{ Body: 'released', Attributes: { ApproximateReceiveCount: '2' } }]);
  expect(bodies(await receive(held))).toEqual(['waiting']);
  // Its receipt is still good.
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: held, ReceiptHandle: holding?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  expect(bodies(await receive(held))).toEqual(['held']);
});

test('a client that follows queue URLs stays on this machine', async () => {
  const url = await queue();
  const follower = new SQSClient(localClientConfig(server.endpoint));
  const { QueueUrl } = await follower.send(new GetQueueUrlCommand({ QueueName: `queue-${count}` }));
  expect(QueueUrl).toBe(url);
  expect(new URL(url).origin).toBe(server.endpoint);
  await follower.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'followed' }));
  expect(bodies(await receive(url))).toEqual(['followed']);
  follower.destroy();
});

test('data moved to another port answers with queue URLs of that port', async () => {
  const dataDir = join(folder.path, 'moved');
  const first = await startSqs({ dataDir });
  const QueueName = 'moved';
  const before = new SQSClient(localClientConfig(first.endpoint));
  await before.send(new CreateQueueCommand({ QueueName }));
  await first.stop();
  const second = await stopLater(startSqs({ dataDir, port: 0 }));
  const after = new SQSClient(localClientConfig(second.endpoint));
  const { QueueUrl } = await after.send(new GetQueueUrlCommand({ QueueName }));
  expect(QueueUrl).toBe(`${second.endpoint}/000000000000/moved`);
  before.destroy();
  after.destroy();
});

test('what is not a queue call answers 501: the emulator’s S3 and SNS are closed', async () => {
  expect((await fetch(`${server.endpoint}/bucket`, { method: 'PUT' })).status).toBe(501);
  const sns = await fetch(server.endpoint, { method: 'POST', body: new URLSearchParams({ Action: 'ListTopics' }) });
  expect(sns.status).toBe(501);
});
