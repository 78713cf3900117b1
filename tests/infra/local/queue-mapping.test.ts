import { expect, onTestFinished, test } from 'vitest';
import { parseFilter } from '../../../infra/local/mappings/filter.ts';
import { type ReceivedMessage, startQueueMapping } from '../../../infra/local/mappings/queue-mapping.ts';
import type { AwsJsonClient } from '../../../infra/local/runtime/aws-json.ts';
import type { InvocationResult } from '../../../infra/local/runtime/environment.ts';
import type { QueueMappingPlan } from '../../../infra/local/template/plan-mappings.ts';

const plan: QueueMappingPlan = {
  source: 'queue',
  id: 'Messages',
  functionName: 'issue',
  queueUrl: 'http://127.0.0.1:1/queue',
  queueArn: 'arn:queue',
  batchSize: 10,
  batchWindowSeconds: 0,
  filters: [],
  reportsItemFailures: true,
};

/** A queue that hides what it gave away until it is deleted, as one with a long visibility timeout. */
function fakeQueue() {
  const visible: ReceivedMessage[] = [];
  const hidden = new Map<string, ReceivedMessage>();
  const client: AwsJsonClient = {
    close: () => undefined,
    async call(target, body) {
      const { MaxNumberOfMessages = 1, Entries = [] } = body as {
        MaxNumberOfMessages?: number;
        Entries?: { ReceiptHandle: string }[];
      };
      if (target.endsWith('GetQueueAttributes')) {
        return {
          Attributes: {
            ApproximateNumberOfMessages: String(visible.length),
            ApproximateNumberOfMessagesNotVisible: String(hidden.size),
          },
        };
      }
      if (target.endsWith('DeleteMessageBatch')) {
        for (const { ReceiptHandle } of Entries) hidden.delete(ReceiptHandle);
        return {};
      }
      if (visible.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const Messages = visible.splice(0, MaxNumberOfMessages);
      for (const message of Messages) hidden.set(message.ReceiptHandle, message);
      return { Messages };
    },
  };
  const send = (id: string, body: unknown = { id }) =>
    visible.push({
      MessageId: id,
      ReceiptHandle: `receipt-${id}`,
      Body: typeof body === 'string' ? body : JSON.stringify(body),
      Attributes: { ApproximateReceiveCount: '1' },
    });
  return { client, send, left: () => [...visible, ...hidden.values()].map(({ MessageId }) => MessageId) };
}

function start(
  queue: ReturnType<typeof fakeQueue>,
  answer: (ids: string[]) => InvocationResult | Promise<InvocationResult>,
  change: Partial<QueueMappingPlan> = {},
  concurrency = 1,
) {
  const batches: string[][] = [];
  const events: { Records: Record<string, unknown>[] }[] = [];
  const world = {
    functionArn: 'arn:function',
    concurrency,
    note: () => undefined,
    invoke: async (event: string) => {
      events.push(JSON.parse(event));
      const ids: string[] = JSON.parse(event).Records.map((each: { messageId: string }) => each.messageId);
      batches.push(ids);
      return answer(ids);
    },
  };
  const mapping = startQueueMapping({ ...plan, ...change }, world, queue.client);
  onTestFinished(() => mapping.stop());
  return { mapping, batches, events };
}

const returned = (payload: unknown = null): InvocationResult => ({
  outcome: 'returned',
  requestId: 'r',
  payload: JSON.stringify(payload),
});
const failures = (...ids: string[]) =>
  returned({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

test('what the function has done is deleted', async () => {
  const queue = fakeQueue();
  for (const id of ['a', 'b', 'c']) queue.send(id);
  const { mapping, events } = start(queue, () => returned());
  await mapping.caughtUp();
  expect(queue.left()).toEqual([]);
  expect(events[0]?.Records[0]).toEqual({
    messageId: 'a',
    receiptHandle: 'receipt-a',
    body: '{"id":"a"}',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:queue',
    awsRegion: 'us-east-1',
  });
});

test('what failed stays in the queue, and its neighbours do not', async () => {
  const queue = fakeQueue();
  for (const id of ['a', 'b', 'c']) queue.send(id);
  const { batches } = start(queue, () => failures('b'));
  await expect.poll(() => queue.left()).toEqual(['b']);
  expect(batches).toEqual([['a', 'b', 'c']]);
});

test('of a batch that failed whole everything stays', async () => {
  const queue = fakeQueue();
  queue.send('a');
  queue.send('b');
  const { batches } = start(queue, () => ({ outcome: 'failed', requestId: 'r', errorType: 'Runtime.ExitError' }));
  await expect.poll(() => batches.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(queue.left()).toEqual(['a', 'b']);
});

test('no batch is larger than the mapping says', async () => {
  const queue = fakeQueue();
  for (let i = 0; i < 5; i++) queue.send(`m${i}`);
  const { mapping, batches } = start(queue, () => returned(), { batchSize: 2 });
  await mapping.caughtUp();
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
});

test('no more batches are in hand than the concurrency allows', async () => {
  const queue = fakeQueue();
  for (let i = 0; i < 9; i++) queue.send(`m${i}`);
  let inHand = 0;
  let most = 0;
  const slow = async () => {
    inHand += 1;
    most = Math.max(most, inHand);
    await new Promise((resolve) => setTimeout(resolve, 30));
    inHand -= 1;
    return returned();
  };
  const { mapping } = start(queue, slow, { batchSize: 1, maxConcurrency: 3 }, 8);
  await mapping.caughtUp();
  expect(most).toBe(3);
});

test('a message that the filter does not let through is deleted unseen, as on AWS', async () => {
  const queue = fakeQueue();
  queue.send('a', { kind: 'wanted' });
  queue.send('b', { kind: 'other' });
  queue.send('c', 'plain text');
  const { mapping, batches } = start(queue, () => returned(), {
    filters: [parseFilter('{"body":{"kind":["wanted"]}}', 'queue')],
  });
  await mapping.caughtUp();
  expect(batches).toEqual([['a']]);
  expect(queue.left()).toEqual([]);
});

test('stopping waits for the batch in hand', async () => {
  const queue = fakeQueue();
  queue.send('a');
  const { mapping, batches } = start(queue, async () => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return returned();
  });
  await expect.poll(() => batches.length).toBe(1);
  await mapping.stop();
  expect(queue.left()).toEqual([]);
});
