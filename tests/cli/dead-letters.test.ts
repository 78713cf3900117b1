import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunOptions, run as runCli } from './cli-run.ts';
import { failedBatchesBucket, type ServicesStack, startServices } from './services-stack.ts';

let stack: ServicesStack;
let sqs: SQSClient;
let s3: S3Client;
const run = (args: string[], options?: RunOptions) => runCli([...args, '--stack', stack.file], options);
type Listed = {
  id: string;
  queue: string;
  type: string;
  fault?: string;
  standing: string;
  reason?: string;
  by?: string;
};
const list = async (...more: string[]) => (await run(['dead-letters', 'list', ...more, '--json'])).json() as Listed[];

const place = { version: 1, program: 'harbor', enrollment: 'enr-1' };
const evaluation = {
  ...{ type: 'evaluation-requested', ...place, whole: false, reason: 'failed-batch' },
  changes: [
    {
      ...{ sk: 'EVIDENCE#lived-1#e1', kind: 'put', sequence: '1', at: '2026-01-05T12:00:00.000Z' },
      image: { attestation: 'Secret words.' },
    },
  ],
};
const delivery = { type: 'delivery-requested', ...place, deliveryId: 'dlv-1' };
const bounce = {
  eventType: 'Bounce',
  bounce: {
    ...{ bounceType: 'Permanent', bounceSubType: 'General', timestamp: '2026-01-05T12:00:00Z' },
    bouncedRecipients: [{ emailAddress: 'zoe@apprentice.example' }],
  },
  mail: {
    ...{ timestamp: '2026-01-05T12:00:00Z', messageId: 'm-1', destination: ['zoe@apprentice.example'] },
    tags: { program: ['harbor'], enrollment: ['enr-1'], delivery: ['dlv-1'], attempt: ['1'] },
  },
};

const send = (name: keyof ServicesStack['queueUrls'], body: unknown) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.queueUrls[name],
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
const bodiesIn = async (name: keyof ServicesStack['queueUrls']) => {
  const command = new ReceiveMessageCommand({ QueueUrl: stack.queueUrls[name], MaxNumberOfMessages: 10 });
  return ((await sqs.send(command)).Messages ?? []).map(({ Body }) => JSON.parse(Body ?? '') as unknown);
};

beforeAll(async () => {
  stack = await startServices();
  sqs = new SQSClient({ ...localClientConfig(stack.endpoints.sqs), useQueueUrlAsEndpoint: false });
  s3 = new S3Client({ ...localClientConfig(stack.endpoints.s3), forcePathStyle: true });
});
beforeEach(async () => {
  for (const QueueUrl of Object.values(stack.queueUrls)) await sqs.send(new PurgeQueueCommand({ QueueUrl }));
});
afterAll(async () => {
  sqs.destroy();
  s3.destroy();
  await stack.stop();
});

test('nothing was given up: it says so', async () => {
  expect((await run(['dead-letters', 'list'])).stdout).toBe('No dead letters.\n');
});

test('a listing shows ids and codes of every queue, and nothing that a message says', async () => {
  await send('evaluationDeadLetters', evaluation);
  await send('deliveryDeadLetters', delivery);
  await send('feedbackDeadLetters', bounce);
  await send('sweepSchedulesDeadLetters', { requestPayload: { task: 'daily' } });
  await send('issueDeadLetters', 'Secret words, no JSON');
  const letters = await list();
  expect(letters.map(({ queue, type, fault, standing }) => [queue, type, fault, standing])).toEqual([
    ['evaluation', 'evaluation-requested', undefined, 'unknown'],
    ['issue', 'unknown', 'message.not-json', 'unknown'],
    ['delivery', 'delivery-requested', undefined, 'over'],
    ['feedback', 'bounce', undefined, 'unknown'],
    ['sweeps', 'daily', undefined, 'unknown'],
  ]);
  const texts = [(await run(['dead-letters', 'list'])).stdout];
  for (const { queue, id } of letters) texts.push((await run(['dead-letters', 'show', queue, id])).stdout);
  const shown = texts.join('\n');
  expect(`${shown}${JSON.stringify(letters)}`).not.toMatch(/Secret|apprentice\.example|lived/);
  expect(shown).toContain('harbor/enr-1');
  expect(shown.split('\n').filter((line) => line.length > 100)).toEqual([]);
});

test('looking takes nothing away', async () => {
  await send('deliveryDeadLetters', delivery);
  expect(await list('delivery')).toHaveLength(1);
  expect(await list('delivery')).toHaveLength(1);
});

test('one replayed goes back to its queue word for word, the others stay', async () => {
  await send('deliveryDeadLetters', delivery);
  await send('deliveryDeadLetters', { ...delivery, deliveryId: 'dlv-2' });
  const [first] = await list('delivery');
  const ran = await run(['dead-letters', 'replay', 'delivery', first?.id ?? '']);
  expect(ran).toMatchObject({ exitCode: 0, stdout: '1 dead letter sent back to delivery.\n' });
  expect(await bodiesIn('delivery')).toHaveLength(1);
  expect(await list('delivery')).toHaveLength(1);
});

describe('all of a queue', () => {
  test('are sent back only after a yes that names how many', async () => {
    for (const n of [1, 2, 3]) await send('deliveryDeadLetters', { ...delivery, deliveryId: `dlv-${n}` });
    const no = await run(['dead-letters', 'replay', 'delivery', '--all'], { answer: false });
    expect(no).toMatchObject({ exitCode: 1, stdout: 'Nothing was done.\n' });
    expect(no.stderr).toContain('3 dead letters would go back to delivery.');
    const script = await run(['dead-letters', 'replay', 'delivery', '--all']);
    expect(script.exitCode).toBe(2);
    expect(script.stderr).toContain('add --yes');
    expect(await bodiesIn('delivery')).toEqual([]);
    expect((await run(['dead-letters', 'replay', 'delivery', '--all'], { answer: true })).exitCode).toBe(0);
    expect(await bodiesIn('delivery')).toHaveLength(3);
    expect(await list('delivery')).toEqual([]);
  });

  test('need no person with --yes, more than one receive takes too', async () => {
    for (let n = 0; n < 25; n++) await send('issueDeadLetters', { n });
    expect((await run(['dead-letters', 'replay', 'issue', '--all', '--yes', '--json'])).json()).toMatchObject({
      letters: 25,
    });
    expect(await list('issue')).toEqual([]);
  });
});

test('one set aside is kept with who, when and why, and its message beside it', async () => {
  await send('feedbackDeadLetters', bounce);
  const [letter] = await list('feedback');
  const why = ['--reason', 'a test account', '--as', 'olga'];
  expect((await run(['dead-letters', 'set-aside', 'feedback', letter?.id ?? '', ...why])).exitCode).toBe(0);
  expect(await list('feedback')).toEqual([]);
  expect(await list('feedback', '--set-aside')).toMatchObject([
    { id: letter?.id, by: 'olga', reason: 'a test account', type: 'bounce' },
  ]);
});

test('a batch of the stream that cannot be read can be listed and set aside', async () => {
  const Key = 'aws/lambda/mapping/shard/2026/01/05/2026-01-05T12.00.00-1';
  await s3.send(new PutObjectCommand({ Bucket: failedBatchesBucket, Key, Body: 'no batch' }));
  expect(await list('stream')).toMatchObject([{ id: Key, fault: 'failed-batches.unreadable' }]);
  await run(['dead-letters', 'set-aside', 'stream', Key, '--reason', 'written by hand', '--as', 'olga']);
  expect(await list('stream')).toEqual([]);
  expect(await list('stream', '--set-aside')).toMatchObject([{ id: Key, by: 'olga' }]);
});

describe('wrong usage', () => {
  test.each([
    [['replay', 'mail', '--all'], 2, 'queue: there is no "mail"; one of evaluation, issue'],
    [['replay', 'issue'], 2, 'id: not given; name one, or give --all'],
    [['replay', 'issue', 'x', '--all'], 2, '--all: cannot stand beside an id'],
    [['replay', 'issue', 'x'], 3, 'no dead letter of issue has "x"'],
    [['replay', 'sweeps', 'x'], 1, 'the schedules have asked again long since'],
    [['set-aside', 'issue', 'x', '--reason', 'no'], 2, 'reason: one line of 3 to 300 characters'],
  ])('%j', async (args, exitCode, words) => {
    const ran = await run(['dead-letters', ...args]);
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stderr).toContain(words);
  });
});
