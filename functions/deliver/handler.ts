import * as z from 'zod';
import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoMailPace } from '../adapters/aws/dynamo-mail-pace.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { readMessage } from '../adapters/aws/read-message.ts';
import { s3Client } from '../adapters/aws/s3-client.ts';
import { s3Documents } from '../adapters/aws/s3-documents.ts';
import { sesClient, sesMailer } from '../adapters/aws/ses-mailer.ts';
import { sqsBatch } from '../adapters/aws/sqs-batch.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { composeMime } from '../adapters/mime/compose-mime.ts';
import { deliveryRequestedSchema, exportSettledSchema } from '../domain/messages.ts';
import { composeEmail } from './compose-email.ts';
import { composeExportEmail } from './compose-export-email.ts';
import { type DeliverPorts, deliverEmail } from './deliver.ts';
import { deliverEnv } from './env.ts';
import { tellExport } from './tell-export.ts';

const messageSchema = z.discriminatedUnion('type', [deliveryRequestedSchema, exportSettledSchema]);
const env = readEnv(deliverEnv, process.env);
const { journal, failed } = stepJournal('deliver');
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const ports: DeliverPorts = {
  store: dynamoStore(table),
  documents: s3Documents({ client: s3Client(), bucket: env.DOCUMENTS_BUCKET }),
  compose: composeEmail,
  mailer: sesMailer({
    client: sesClient(),
    configurationSet: env.CONFIGURATION_SET,
    compose: composeMime,
    pace: dynamoMailPace({ ...table, perSecond: env.MAIL_RATE_PER_SECOND }),
  }),
  queue: sqsQueue({ client: sqsClient(), urls: { delivery: env.DELIVERY_QUEUE_URL } }),
  clock: systemClock,
  journal,
};
warmUp(ports.store);

/** SQS edge of the deliver step. A record that throws is retried alone; the rest of its batch is kept. */
export const handler = sqsBatch({ failed }, (body) => {
  const message = readMessage(messageSchema, body);
  if (message.type === 'delivery-requested') return deliverEmail(ports, message);
  return tellExport({ ...ports, exports: dynamoExports(table), compose: composeExportEmail }, message);
});
