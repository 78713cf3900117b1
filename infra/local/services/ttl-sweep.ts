import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

/** Between two pages of a scan: expiry is never urgent, and the tables' users come first. */
const pauseBetweenPagesMs = 20;

/**
 * Deletes every item whose time to live has passed, as DynamoDB does "within a few days": in tables with TTL on
 * (`UpdateTimeToLive`) and in those of `ttlAttributes` (table name → attribute). As on AWS, an attribute that is no
 * number, or lies more than five years back, expires nothing.
 *
 * @param now seconds since 1970
 * @returns how many items it deleted
 */
export async function sweepExpiredItems(
  client: DynamoDBClient,
  now: number,
  ttlAttributes: Record<string, string> = {},
): Promise<number> {
  let deleted = 0;
  for (const table of await tableNames(client)) {
    const attribute = ttlAttributes[table] ?? (await declaredAttribute(client, table));
    if (attribute) deleted += await sweepTable(client, table, attribute, now);
  }
  return deleted;
}

const fiveYearsSeconds = 5 * 365 * 86_400;

async function sweepTable(client: DynamoDBClient, table: string, attribute: string, now: number): Promise<number> {
  const { Table: description } = await client.send(new DescribeTableCommand({ TableName: table }));
  const keys = (description?.KeySchema ?? []).flatMap((part) => part.AttributeName ?? []);
  const names = Object.fromEntries(keys.map((key, index) => [`#k${index}`, key]));
  let deleted = 0;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: '#ttl < :now AND #ttl > :oldest',
        ProjectionExpression: [...Object.keys(names), '#ttl'].join(', '),
        ExpressionAttributeNames: { ...names, '#ttl': attribute },
        ExpressionAttributeValues: { ':now': { N: String(now) }, ':oldest': { N: String(now - fiveYearsSeconds) } },
        ...(start ? { ExclusiveStartKey: start as never } : {}),
      }),
    );
    for (const item of page.Items ?? []) {
      const key = Object.fromEntries(keys.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
      const expiry = item[attribute];
      if (expiry && (await deleteUnchanged(client, table, key, attribute, expiry))) deleted += 1;
    }
    start = page.LastEvaluatedKey;
    if (start) await sleep(pauseBetweenPagesMs);
  } while (start);
  return deleted;
}

type AttributeMap = NonNullable<ConstructorParameters<typeof DeleteItemCommand>[0]['Key']>;

async function deleteUnchanged(
  client: DynamoDBClient,
  table: string,
  key: AttributeMap,
  attribute: string,
  expiry: AttributeMap[string],
): Promise<boolean> {
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: key,
        // Somebody may have prolonged it since the scan.
        ConditionExpression: '#ttl = :expiry',
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':expiry': expiry },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function declaredAttribute(client: DynamoDBClient, table: string): Promise<string | undefined> {
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  return ttl?.TimeToLiveStatus === 'ENABLED' ? ttl.AttributeName : undefined;
}

async function tableNames(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  let start: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand(start ? { ExclusiveStartTableName: start } : {}));
    names.push(...(page.TableNames ?? []));
    start = page.LastEvaluatedTableName;
  } while (start);
  return names;
}
