import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoAccess } from '../adapters/aws/dynamo-access.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { kmsClient, kmsSigner } from '../adapters/aws/kms-signer.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { s3Checkpoints } from '../adapters/aws/s3-checkpoints.ts';
import { s3Client } from '../adapters/aws/s3-client.ts';
import { s3FailedBatches } from '../adapters/aws/s3-failed-batches.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { groupRecords } from '../adapters/aws/stream-records.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { sweepEnv } from './env.ts';
import type { ChangeGroup } from './recover.ts';
import { runTask, sweepEventSchema, type TaskPorts } from './task.ts';

const env = readEnv(sweepEnv, process.env);
const { journal, failed } = stepJournal('sweep');
const urls = {
  evaluation: env.EVALUATION_QUEUE_URL,
  issue: env.ISSUE_QUEUE_URL,
  delivery: env.DELIVERY_QUEUE_URL,
  export: env.EXPORT_QUEUE_URL,
};
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const s3 = s3Client();
const ports: TaskPorts = {
  store: dynamoStore(table),
  exports: dynamoExports(table),
  failedBatches: s3FailedBatches({ client: s3, bucket: env.FAILED_BATCHES_BUCKET }),
  queue: sqsQueue({ client: sqsClient(), urls }),
  access: dynamoAccess({ ...table, clock: systemClock }),
  checkpoints: s3Checkpoints({ client: s3, bucket: env.CHECKPOINTS_BUCKET }),
  signer: kmsSigner({ client: kmsClient(), keyId: env.LEDGER_KEY_ID }),
  clock: systemClock,
  journal,
};
warmUp(ports.store);

/** Scheduler's edge of the sweep: `{"task": "due" | "recover" | "daily" | "checkpoint"}`. */
export async function handler(event: unknown): Promise<Record<string, number>> {
  try {
    return await runTask(ports, sweepEventSchema.parse(event), groupOf);
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** Strays of a failed batch go to an enrollment that nobody has, where evaluate sets them aside. */
function groupOf(records: unknown[]): ChangeGroup[] {
  const { groups, strays } = groupRecords(records);
  const nowhere = { program: 'unknown', enrollment: 'unknown' };
  return [...groups, ...strays.map((stray) => ({ ref: nowhere, changes: [stray] }))];
}
