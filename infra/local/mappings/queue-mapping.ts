import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsJsonClient } from '../runtime/aws-json.ts';
import { localRegion } from '../services/loopback.ts';
import type { QueueMappingPlan } from '../template/plan-mappings.ts';
import { readBatchAnswer } from './batch-answer.ts';
import { type FilterPattern, matches } from './filter.ts';
import { type Mapping, type MappingWorld, Stopped } from './mapping.ts';

/** A message as ReceiveMessage gives it. */
export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody?: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, { StringValue?: string; BinaryValue?: string; DataType: string }>;
}

/**
 * A long poll, and a short one: a poll that is cut off may take a message with it, so stopping waits for its end.
 */
const waitSeconds = 1;
const outageMs = 200;
const messagesPerCall = 10;

/**
 * Feeds a function from a queue as an SQS event source mapping does: what the function has done is deleted, what failed is left alone and
 * comes again when its visibility timeout ends.
 */
export function startQueueMapping(plan: QueueMappingPlan, world: MappingWorld, sqs: AwsJsonClient): Mapping {
  const stopping = new AbortController();
  const limit = Math.max(1, Math.min(plan.maxConcurrency ?? world.concurrency, world.concurrency));
  const inHand = new Set<Promise<void>>();

  const receive = async (): Promise<ReceivedMessage[]> => {
    const messages: ReceivedMessage[] = [];
    const until = Date.now() + plan.batchWindowSeconds * 1000;
    do {
      const answer = await sqs.call('AmazonSQS.ReceiveMessage', {
        QueueUrl: plan.queueUrl,
        MaxNumberOfMessages: Math.min(messagesPerCall, plan.batchSize - messages.length),
        WaitTimeSeconds: waitSeconds,
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      messages.push(...((answer.Messages ?? []) as ReceivedMessage[]));
    } while (messages.length > 0 && messages.length < plan.batchSize && Date.now() < until && !stopping.signal.aborted);
    return messages;
  };
  const remove = async (messages: ReceivedMessage[]) => {
    for (let start = 0; start < messages.length; start += messagesPerCall) {
      const Entries = messages
        .slice(start, start + messagesPerCall)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.call('AmazonSQS.DeleteMessageBatch', { QueueUrl: plan.queueUrl, Entries });
    }
  };
  const handle = async (received: ReceivedMessage[]) => {
    const wanted = received.filter((message) => passes(plan.filters, message));
    let done = received.filter((message) => !wanted.includes(message));
    if (wanted.length > 0) {
      const event = { Records: wanted.map((message) => asLambdaSends(message, plan.queueArn)) };
      const result = await world.invoke(JSON.stringify(event));
      const answer = readBatchAnswer(
        result,
        plan.reportsItemFailures,
        wanted.map(({ MessageId }) => MessageId),
      );
      if (answer.outcome === 'done') done = received;
      if (answer.outcome === 'partly-done') done = received.filter(({ MessageId }) => !answer.failed.has(MessageId));
    }
    await remove(done);
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (inHand.size >= limit) {
          await Promise.race(inHand);
          continue;
        }
        const messages = await receive();
        if (messages.length === 0) continue;
        const handling: Promise<void> = handle(messages)
          .catch((error: unknown) =>
            world.note(`${plan.id}: ${error instanceof Error ? error.message : String(error)}`),
          )
          .finally(() => inHand.delete(handling));
        inHand.add(handling);
      } catch (error) {
        world.note(`${plan.id}: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(outageMs);
      }
    }
    await Promise.all(inHand);
  };
  const running = loop();
  return {
    id: plan.id,
    async caughtUp() {
      while (!(inHand.size === 0 && (await isEmpty(sqs, plan.queueUrl)))) {
        await sleep(50, undefined, { signal: stopping.signal }).catch(() => {
          throw new Stopped();
        });
      }
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Nothing to be had and nothing in anybody's hands; what is delayed waits for its time. */
async function isEmpty(sqs: AwsJsonClient, queueUrl: string): Promise<boolean> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const answer = await sqs.call('AmazonSQS.GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: names });
  const attributes = (answer.Attributes ?? {}) as Record<string, string>;
  return names.every((name) => Number(attributes[name] ?? 0) === 0);
}

/** A filter on `body` sees it as JSON; a body that is no JSON passes no such filter. */
function passes(filters: FilterPattern[], message: ReceivedMessage): boolean {
  if (filters.length === 0) return true;
  let body: unknown = message.Body;
  try {
    body = JSON.parse(message.Body);
  } catch {
    // Plain text: a filter may name it as it is.
  }
  return filters.some((filter) => matches(filter, { ...asLambdaSends(message, ''), body }));
}

function asLambdaSends(message: ReceivedMessage, queueArn: string) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        stringValue: StringValue,
        binaryValue: BinaryValue,
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ],
  );
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: localRegion,
  };
}
