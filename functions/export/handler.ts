import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoAccess } from '../adapters/aws/dynamo-access.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { kmsClient, kmsSigner } from '../adapters/aws/kms-signer.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { readMessage } from '../adapters/aws/read-message.ts';
import { s3Checkpoints } from '../adapters/aws/s3-checkpoints.ts';
import { s3Client } from '../adapters/aws/s3-client.ts';
import { s3Documents } from '../adapters/aws/s3-documents.ts';
import { s3Exports } from '../adapters/aws/s3-exports.ts';
import { sqsBatch } from '../adapters/aws/sqs-batch.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { zipSink } from '../adapters/bundle/zip-sink.ts';
import { workerThread } from '../adapters/thread/worker-thread.ts';
import { exportRequestedSchema } from '../domain/messages.ts';
import { bundleKeys } from './bundle-keys.ts';
import { chaptersIn } from './chapter-messages.ts';
import { exportEnv } from './env.ts';
import { type RunExportPorts, runExport } from './run-export.ts';

const env = readEnv(exportEnv, process.env);
const { journal, failed } = stepJournal('export');
const bundleFolder = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
const chapterWorker = pathToFileURL(join(bundleFolder, 'chapter-worker.js'));
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const s3 = s3Client();
const kms = kmsClient();
const signer = kmsSigner({ client: kms, keyId: env.LEDGER_KEY_ID });
const ports: RunExportPorts = {
  store: dynamoStore(table),
  access: dynamoAccess({ ...table, clock: systemClock }),
  exports: dynamoExports(table),
  checkpoints: s3Checkpoints({ client: s3, bucket: env.CHECKPOINTS_BUCKET }),
  documents: s3Documents({ client: s3, bucket: env.DOCUMENTS_BUCKET }),
  bundles: s3Exports({ client: s3, bucket: env.EXPORTS_BUCKET }),
  chapters: chaptersIn((heapMb) => workerThread(chapterWorker, bundleFolder, heapMb)),
  zip: zipSink,
  async seal() {
    const { pem, fingerprint } = await bundleKeys({
      ledgerSigner: signer,
      signer: kmsSigner({ client: kms, keyId: env.SIGNING_KEY_ID }),
    });
    return {
      keys: pem,
      fingerprint,
      verifier: readFileSync(join(bundleFolder, 'functions/export/verify.mjs'), 'utf8'),
    };
  },
  signer,
  queue: sqsQueue({
    client: sqsClient(),
    urls: { export: env.EXPORT_QUEUE_URL, delivery: env.DELIVERY_QUEUE_URL },
  }),
  clock: systemClock,
  journal,
};
warmUp(ports.store);

/** SQS edge of the export step, a message a call: each may take all the time that a call has. */
export const handler = sqsBatch({ failed }, (body) => runExport(ports, readMessage(exportRequestedSchema, body)));
