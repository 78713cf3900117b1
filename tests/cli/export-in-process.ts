import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { dynamoExports } from '../../functions/adapters/aws/dynamo-exports.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { kmsSigner } from '../../functions/adapters/aws/kms-signer.ts';
import { s3Checkpoints } from '../../functions/adapters/aws/s3-checkpoints.ts';
import { s3Documents } from '../../functions/adapters/aws/s3-documents.ts';
import { s3ExportLinks } from '../../functions/adapters/aws/s3-export-links.ts';
import { s3Exports } from '../../functions/adapters/aws/s3-exports.ts';
import { sqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import { zipSink } from '../../functions/adapters/bundle/zip-sink.ts';
import { pdfSummaryEngine } from '../../functions/adapters/pdf/summary-engine.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import { composeExportEmail } from '../../functions/deliver/compose-export-email.ts';
import { type TellExportPorts, tellExport } from '../../functions/deliver/tell-export.ts';
import { exportRequestedSchema, exportSettledSchema } from '../../functions/domain/messages.ts';
import { bundleKeys } from '../../functions/export/bundle-keys.ts';
import { chapterWriter } from '../../functions/export/chapter.ts';
import { type RunExportPorts, runExport } from '../../functions/export/run-export.ts';
import type { JournalCode } from '../../functions/ports/journal.ts';
import type { Email } from '../../functions/ports/mailer.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import {
  checkpointsBucket,
  documentsBucket,
  exportsBucket,
  ledgerKey,
  type ServicesStack,
  signingKey,
  tableName,
} from './services-stack.ts';

const verifier = new URL('../../functions/export/verify.mjs', import.meta.url);

/** The export step and the email about it, on the services that the command line talks to, run when a test says so. */
export function exportOn(stack: ServicesStack) {
  const clients = {
    dynamodb: new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb)),
    sqs: new SQSClient({ ...localClientConfig(stack.endpoints.sqs), useQueueUrlAsEndpoint: false }),
    s3: new S3Client({ ...localClientConfig(stack.endpoints.s3), forcePathStyle: true }),
    kms: new KMSClient(localClientConfig(stack.endpoints.kms)),
  };
  const table = { client: clients.dynamodb, tableName };
  const signer = kmsSigner({ client: clients.kms, keyId: ledgerKey });
  const said: JournalCode[] = [];
  const mail: Email[] = [];
  const ports: RunExportPorts = {
    store: dynamoStore(table),
    access: dynamoAccess({ ...table, clock: systemClock }),
    exports: dynamoExports(table),
    checkpoints: s3Checkpoints({ client: clients.s3, bucket: checkpointsBucket }),
    documents: s3Documents({ client: clients.s3, bucket: documentsBucket }),
    bundles: s3Exports({ client: clients.s3, bucket: exportsBucket }),
    chapters: chapterWriter(pdfSummaryEngine({ fonts: typefaceFiles('.') })),
    zip: zipSink,
    async seal() {
      const { pem, fingerprint } = await bundleKeys({
        ledgerSigner: signer,
        signer: kmsSigner({ client: clients.kms, keyId: signingKey }),
      });
      return { keys: pem, fingerprint, verifier: readFileSync(verifier, 'utf8') };
    },
    signer,
    queue: sqsQueue({ client: clients.sqs, urls: stack.queueUrls }),
    clock: systemClock,
    journal: (code) => void said.push(code),
  };
  const mailer: TellExportPorts['mailer'] = {
    async send(email) {
      mail.push(email);
      return { outcome: 'sent', providerId: `ses-${mail.length}` };
    },
  };

  async function workOff<T>(url: string, work: (body: unknown) => Promise<T>): Promise<T[]> {
    const answers: T[] = [];
    for (;;) {
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return answers;
      for (const message of Messages) {
        answers.push(await work(JSON.parse(message.Body ?? '')));
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
      }
    }
  }

  return {
    ports,
    links: s3ExportLinks({ client: clients.s3, bucket: exportsBucket }),
    ids: randomIds(systemClock),
    said,
    mail,
    run: (given: Partial<RunExportPorts> = {}) =>
      workOff(stack.queueUrls.export, (body) => runExport({ ...ports, ...given }, exportRequestedSchema.parse(body))),
    tell: (given: Partial<TellExportPorts> = {}) =>
      workOff(stack.queueUrls.delivery, async (body) => {
        const message = exportSettledSchema.safeParse(body);
        // What else deliver is asked for is not tried here.
        if (!message.success) return 'other';
        return tellExport({ ...ports, compose: composeExportEmail, mailer, ...given }, message.data);
      }),
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
