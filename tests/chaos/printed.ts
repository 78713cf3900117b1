import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { listDeadLetters } from '../../functions/acts/dead-letters.ts';
import { awsDeadLetters } from '../../functions/adapters/aws/dead-letters.ts';
import { deadLetterQueues } from '../../functions/ports/dead-letters.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import type { Printed } from './aftermath.ts';

/** Every log of the stack, and what `dead-letters list` would print of each queue. */
export async function readPrinted(stack: StackDescription, store: RecordStore, nowMs: number): Promise<Printed[]> {
  const folder = join(stack.dataFolder, 'logs');
  const logs = readdirSync(folder).map((name) => ({ where: name, text: readFileSync(join(folder, name), 'utf8') }));
  const { endpoints, failedBatchesBucket } = stack;
  const systemClockOffset = nowMs - Date.now();
  const sqs = new SQSClient({
    ...localClientConfig(endpoints.sqs),
    systemClockOffset,
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({ ...localClientConfig(endpoints.s3), systemClockOffset, forcePathStyle: true });
  const queueUrls = stack.queueUrls as Parameters<typeof awsDeadLetters>[0]['queueUrls'];
  const deadLetters = awsDeadLetters({ sqs, s3, queueUrls, failedBatchesBucket });
  try {
    const listings: Printed[] = [];
    for (const queue of deadLetterQueues) {
      const { letters } = await listDeadLetters({ store, deadLetters }, queue);
      listings.push({ where: `dead-letters list ${queue}`, text: JSON.stringify(letters) });
    }
    return [...logs, ...listings];
  } finally {
    sqs.destroy();
    s3.destroy();
  }
}
