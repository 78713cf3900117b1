import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.ts';
import { AwsCallError, type AwsJsonClient } from './runtime/aws-json.ts';
import type { QueuePlan, TablePlan } from './template/plan-stores.ts';

const dynamodb = 'DynamoDB_20120810.';

/** Makes the tables that are not there yet. What is in them stays. */
export async function makeTables(client: AwsJsonClient, tables: TablePlan[]): Promise<void> {
  for (const { name, createTable, ttlAttribute } of tables) {
    const existing = await describeTable(client, name);
    if (existing) {
      checkUnchanged(existing, createTable, name);
      continue;
    }
    await client.call(`${dynamodb}CreateTable`, createTable);
    while ((await describeTable(client, name))?.TableStatus !== 'ACTIVE') await sleep(10);
    if (ttlAttribute !== undefined) {
      const specification = { AttributeName: ttlAttribute, Enabled: true };
      await client.call(`${dynamodb}UpdateTimeToLive`, { TableName: name, TimeToLiveSpecification: specification });
    }
  }
}

interface TableDescription {
  TableStatus?: string;
  KeySchema?: unknown;
  GlobalSecondaryIndexes?: { IndexName?: string; KeySchema?: unknown }[];
}

async function describeTable(client: AwsJsonClient, name: string): Promise<TableDescription | undefined> {
  try {
    const answer = await client.call(`${dynamodb}DescribeTable`, { TableName: name });
    return answer.Table as TableDescription;
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function checkUnchanged(existing: TableDescription, wanted: TableDescription, name: string): void {
  const shape = (table: TableDescription) =>
    JSON.stringify([
      table.KeySchema,
      (table.GlobalSecondaryIndexes ?? [])
        .map(({ IndexName, KeySchema }) => JSON.stringify([IndexName, KeySchema]))
        .sort(),
    ]);
  if (shape(existing) === shape(wanted)) return;
  throw new LocalError(
    'data-outdated',
    `The table ${name} in the data folder has other keys or indexes than the template. Start with a fresh data folder, or move this one away.`,
  );
}

/** Makes the queues that are not there yet, and gives all of them the template's attributes. Messages stay. */
export async function makeQueues(client: AwsJsonClient, queues: QueuePlan[]): Promise<void> {
  // A queue names its dead letters' queue: those come first.
  const inOrder = [...queues].sort((a, b) => Number(a.deadLetters !== undefined) - Number(b.deadLetters !== undefined));
  for (const { name, url, attributes } of inOrder) {
    try {
      await client.call('AmazonSQS.GetQueueUrl', { QueueName: name });
      await client.call('AmazonSQS.SetQueueAttributes', { QueueUrl: url, Attributes: attributes });
    } catch (error) {
      if (!(error instanceof AwsCallError) || !/NonExistentQueue|QueueDoesNotExist/.test(error.code)) throw error;
      await client.call('AmazonSQS.CreateQueue', { QueueName: name, Attributes: attributes });
    }
  }
}
