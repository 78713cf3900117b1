import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { kmsClient, kmsSigner } from '../adapters/aws/kms-signer.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { readMessage } from '../adapters/aws/read-message.ts';
import { s3Client } from '../adapters/aws/s3-client.ts';
import { s3Documents } from '../adapters/aws/s3-documents.ts';
import { sqsBatch } from '../adapters/aws/sqs-batch.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { pdfCertificateEngine } from '../adapters/pdf/certificate-engine.ts';
import { certificateSealer } from '../adapters/pdf/signing/sealer.ts';
import { typefaceFiles } from '../adapters/pdf/text/typeface-files.ts';
import { issueRequestedSchema } from '../domain/messages.ts';
import { issueEnv } from './env.ts';
import { issueCredential } from './issue.ts';
import type { IssuePorts } from './issue-ports.ts';

const env = readEnv(issueEnv, process.env);
const { journal, failed } = stepJournal('issue');
/** Lambda's own variable: where the bundle lies, with its copies of the fonts and of HarfBuzz. */
const bundleFolder = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
const signer = kmsSigner({ client: kmsClient(), keyId: env.SIGNING_KEY_ID });
const ports: IssuePorts = {
  store: dynamoStore({ client: dynamoClient(), tableName: env.TABLE_NAME }),
  engine: pdfCertificateEngine({ fonts: typefaceFiles(bundleFolder) }),
  sealer: certificateSealer({ signer }),
  signer,
  documents: s3Documents({ client: s3Client(), bucket: env.DOCUMENTS_BUCKET }),
  queue: sqsQueue({
    client: sqsClient(),
    urls: { evaluation: env.EVALUATION_QUEUE_URL, delivery: env.DELIVERY_QUEUE_URL },
  }),
  clock: systemClock,
  journal,
};
warmUp(ports.store);

/** SQS edge of the issue step. A record that throws is retried alone; the rest of its batch is kept. */
export const handler = sqsBatch({ failed }, (body) => issueCredential(ports, readMessage(issueRequestedSchema, body)));
