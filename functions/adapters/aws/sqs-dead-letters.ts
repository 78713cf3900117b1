import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { instantOf } from '../../domain/time.ts';
import type { DeadLetter, DeadLetterQueue, DeadLetters } from '../../ports/dead-letters.ts';
import { awsFailure } from './aws-failure.ts';
import { readDeadLetter } from './dead-letter-content.ts';
import type { KeptLetters } from './s3-kept-letters.ts';

/** How long a letter that is being looked at is hidden from others: they are put back as soon as all were seen. */
const hiddenSeconds = 300;

type Options = { client: SQSClient; deadLettersUrl: string; queueUrl: string | undefined; kept: KeptLetters };

/** The dead letters of one queue. A queue cannot be read without receiving: what was seen is made visible again. */
export function sqsDeadLetters(
  queue: DeadLetterQueue,
  { client, deadLettersUrl, queueUrl, kept }: Options,
): DeadLetters['visit'] {
  const call = async <T>(name: string, run: () => Promise<T>): Promise<T> =>
    run().catch((error: unknown) => {
      throw awsFailure(`dead-letters.${name}`, `${name} of ${queue}'s dead letters`, error);
    });
  const receive = async (): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: deadLettersUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: hiddenSeconds,
      // Long polling asks every server of the queue: an empty answer means empty.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp'],
    });
    return (await call('receive', () => client.send(command))).Messages ?? [];
  };
  const release = ({ ReceiptHandle }: Message) =>
    call('release', () =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: deadLettersUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      ),
    );
  const remove = ({ ReceiptHandle }: Message) =>
    call('remove', () => client.send(new DeleteMessageCommand({ QueueUrl: deadLettersUrl, ReceiptHandle })));

  return async (_, most, decide) => {
    const left = new Map<string, Message>();
    let seen = 0;
    let more = false;
    try {
      for (;;) {
        const messages = await receive();
        if (messages.length === 0) break;
        for (const message of messages) {
          const letter = letterOf(queue, message);
          const known = left.has(letter.id);
          left.set(letter.id, message);
          if (known) continue;
          if (seen >= most) {
            more = true;
            continue;
          }
          seen++;
          const verdict = await decide(letter);
          if (verdict.outcome === 'left') continue;
          const body = message.Body ?? '';
          if (verdict.outcome === 'set-aside') await kept.keep(letter, verdict, body);
          else
            await call('replay', () => client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body })));
          await remove(message);
          left.delete(letter.id);
        }
        if (more) break;
      }
    } finally {
      await Promise.all([...left.values()].map(release));
    }
    return { more };
  };
}

function letterOf(queue: DeadLetterQueue, message: Message): DeadLetter {
  const since = instantOf(Number(message.Attributes?.SentTimestamp ?? Date.now()));
  return { queue, id: String(message.MessageId), since, ...readDeadLetter(queue, message.Body ?? '') };
}
