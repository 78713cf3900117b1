import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { readSesEvent } from '../adapters/aws/ses-events.ts';
import { sqsBatch } from '../adapters/aws/sqs-batch.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { feedbackEnv } from './env.ts';
import { type FeedbackPorts, recordMailEvent } from './feedback.ts';

const env = readEnv(feedbackEnv, process.env);
const { journal, failed } = stepJournal('feedback');
const ports: FeedbackPorts = {
  store: dynamoStore({ client: dynamoClient(), tableName: env.TABLE_NAME }),
  clock: systemClock,
  journal,
};
warmUp(ports.store);

/** SQS edge of the feedback step: what the mail service tells of our emails, in any order and more than once. */
export const handler = sqsBatch({ failed }, async (body) => {
  const read = readSesEvent(body);
  if ('mail' in read) await recordMailEvent(ports, read.mail);
  else journal('feedback.unknown', { why: read.ignored });
});
