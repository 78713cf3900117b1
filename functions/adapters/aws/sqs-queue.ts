import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from '../../domain/messages.ts';
import type { MessageQueue } from '../../ports/message-queue.ts';
import { awsFailure } from './aws-failure.ts';
import { clientSettings, endpointOf } from './client-settings.ts';

/** A client for the queues. Redirected, it must not follow a queue address back to the real service. */
export function sqsClient(): SQSClient {
  const settings = clientSettings('SQS', { requestTimeoutMs: 5_000 });
  return new SQSClient({ ...settings, useQueueUrlAsEndpoint: endpointOf('SQS') === undefined });
}

type QueueUrls = { evaluation?: string; issue?: string; delivery?: string; export?: string };

/** Each message goes to its own queue by its type. A type for which a step was given no queue is a wiring bug. */
export function sqsQueue({ client, urls }: { client: SQSClient; urls: QueueUrls }): MessageQueue {
  const queueOf: Record<Message['type'], string | undefined> = {
    'evaluation-requested': urls.evaluation,
    'issue-requested': urls.issue,
    'delivery-requested': urls.delivery,
    'export-requested': urls.export,
    // Deliver alone sends email.
    'export-settled': urls.delivery,
  };
  return {
    async send(message, options = {}) {
      const url = queueOf[message.type];
      if (url === undefined) throw new Error(`no queue is configured for ${message.type}`);
      const delay = options.delaySeconds ? { DelaySeconds: options.delaySeconds } : {};
      const command = new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message), ...delay });
      await client.send(command).catch((error: unknown) => {
        throw awsFailure('queue.send', `sending ${message.type}`, error);
      });
    },
  };
}
