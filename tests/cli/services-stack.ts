import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type SpawnedService, spawnService } from '../../infra/local/services/process.ts';
import { recordsTableShape } from '../support/records-table.ts';

export const tableName = 'Records';
export const documentsBucket = 'documents';
export const failedBatchesBucket = 'failed-batches';
export const signingKey = 'signing';
export const checkpointsBucket = 'checkpoints';
export const ledgerKey = 'ledger';
export const exportsBucket = 'exports';
const queueNames = [
  ...(['evaluation', 'issue', 'delivery', 'feedback', 'export'] as const),
  ...(['evaluationDeadLetters', 'issueDeadLetters', 'deliveryDeadLetters', 'feedbackDeadLetters'] as const),
  'exportDeadLetters' as const,
  'sweepSchedulesDeadLetters' as const,
];

/** The wire services that the command line talks to, without the steps behind them. */
export type ServicesStack = {
  folder: string;
  /** As `npm run local` writes it. */
  file: string;
  endpoints: Record<'dynamodb' | 'sqs' | 's3' | 'kms', string>;
  queueUrls: Record<(typeof queueNames)[number], string>;
  services: SpawnedService[];
  stop(): Promise<void>;
};

export async function startServices(): Promise<ServicesStack> {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-cli-'));
  const services = await Promise.all([
    spawnService('dynamodb', { dataDir: join(folder, 'dynamodb') }),
    spawnService('sqs', { dataDir: join(folder, 'sqs') }),
    spawnService('s3', {
      dataDir: join(folder, 's3'),
      buckets: [
        { name: documentsBucket, objectLock: true },
        { name: failedBatchesBucket },
        { name: checkpointsBucket, objectLock: true },
        { name: exportsBucket },
      ],
    }),
    spawnService('kms', {
      dataDir: join(folder, 'kms'),
      keys: [signingKey, ledgerKey].map((id) => ({ id, spec: 'ECC_NIST_P256' as const })),
    }),
  ]);
  const [dynamodb, sqs, s3, kms] = services.map((service) => service.endpoint) as [string, string, string, string];
  await createTable(dynamodb);
  const queueUrls = await createQueues(sqs);
  const file = join(folder, 'stack.json');
  const endpoints = { dynamodb, sqs, s3, kms };
  const { region, credentials } = localClientConfig(dynamodb);
  const buckets = { documentsBucket, failedBatchesBucket, checkpointsBucket, exportsBucket };
  const stack = {
    pid: process.pid,
    region,
    endpoints,
    credentials,
    tableName,
    queueUrls,
    ...buckets,
    signingKeyId: signingKey,
    ledgerKeyId: ledgerKey,
  };
  writeFileSync(file, JSON.stringify(stack));
  return {
    folder,
    file,
    endpoints,
    queueUrls,
    services,
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createTable(endpoint: string): Promise<void> {
  const client = new DynamoDBClient(localClientConfig(endpoint));
  await client.send(new CreateTableCommand({ TableName: tableName, ...recordsTableShape }));
  client.destroy();
}

async function createQueues(endpoint: string): Promise<ServicesStack['queueUrls']> {
  const client = new SQSClient(localClientConfig(endpoint));
  const create = async (QueueName: string) =>
    [QueueName, String((await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl)] as const;
  const urls = Object.fromEntries(await Promise.all(queueNames.map(create))) as ServicesStack['queueUrls'];
  client.destroy();
  return urls;
}
