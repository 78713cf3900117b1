import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { localClientConfig } from './loopback.ts';
import type { PublishEvent } from './ses-outbox.ts';

/** Configuration set → the queue that gets its events as bare JSON, as from an SNS topic with raw message delivery. */
export type EventQueues = Record<string, { queueUrl: string; sqsEndpoint: string }>;

/**
 * Publishes events to queues. Events of a configuration set without a queue go nowhere, as on AWS without an event destination.
 *
 * @throws LocalError `endpoint-not-local`.
 */
export function publishToQueues(eventQueues: EventQueues): PublishEvent {
  const clients = new Map(
    Object.values(eventQueues).map(({ sqsEndpoint }) => [
      sqsEndpoint,
      new SQSClient({
        ...localClientConfig(sqsEndpoint),
        useQueueUrlAsEndpoint: false,
        // The outbox tries again, and must not hang on a queue service that was stopped in its tracks.
        maxAttempts: 1,
        requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
      }),
    ]),
  );
  return async (configurationSet, event) => {
    const queue = eventQueues[configurationSet];
    if (!queue) return;
    await clients
      .get(queue.sqsEndpoint)
      ?.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: JSON.stringify(event) }));
  };
}
