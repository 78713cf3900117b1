import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  type ConsumedCapacity,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { AdapterError } from '../../ports/adapter-error.ts';
import { toItem } from './commit-items.ts';
import { call } from './dynamo-errors.ts';
import type { DynamoStoreOptions } from './dynamo-store.ts';

export type Item = Record<string, unknown>;
export type RawAttributes = Record<string, AttributeValue>;
type Key = { pk: string; sk: string };
type QueryShape = Omit<QueryCommandInput, 'TableName' | 'ExpressionAttributeValues' | 'ExclusiveStartKey'>;

/** Keys that one request reads. */
const maxBatch = 100;
/** Answers without a single item before a batch is given up; the waits add up to about a second. */
const maxBatchTries = 6;

/** The few calls that the record store makes, with plain objects in and out. */
export type Table = {
  name: string;
  client: DynamoDBClient;
  get(name: string, key: Key): Promise<Item | undefined>;
  /** Those of some items that are there, in no order; eventually consistent. A hundred keys a request. */
  getMany(name: string, keys: readonly Key[]): Promise<Item[]>;
  put(name: string, item: Item, condition?: string, values?: Item): Promise<void>;
  remove(name: string, key: Key): Promise<void>;
  /** One page. */
  query(name: string, shape: QueryShape, values: Item, start?: Item): Promise<{ items: Item[]; next?: Item }>;
  queryAll(name: string, shape: QueryShape, values: Item): Promise<Item[]>;
  /** Every page, as DynamoDB writes it: for items that any hand may have written. */
  queryAllRaw(name: string, shape: QueryShape, values: Item): Promise<RawAttributes[]>;
  transact(name: string, items: TransactWriteItem[]): Promise<void>;
  consumed(name: string, capacity: ConsumedCapacity | ConsumedCapacity[] | undefined): void;
};

export function table({ client, tableName, onConsumed }: DynamoStoreOptions): Table {
  const consumed: Table['consumed'] = (name, capacity) => {
    if (!onConsumed || !capacity) return;
    for (const c of Array.isArray(capacity) ? capacity : [capacity]) onConsumed(name, c.CapacityUnits ?? 0);
  };
  const queryRaw = async (name: string, shape: QueryShape, values: Item, start?: RawAttributes) => {
    const command = new QueryCommand({
      ...shape,
      TableName: tableName,
      ExpressionAttributeValues: toItem(values),
      ReturnConsumedCapacity: 'TOTAL',
      ...(start && { ExclusiveStartKey: start }),
    });
    const answer = await call(name, () => client.send(command));
    consumed(name, answer.ConsumedCapacity);
    return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
  };
  /** What the table leaves out of one answer (16 MB, or more than it can read just now) is asked for again. */
  const getBatch = async (name: string, keys: readonly Key[]): Promise<Item[]> => {
    const items: Item[] = [];
    let left: RawAttributes[] | undefined = keys.map((key) => toItem(key));
    for (let tries = 0; left && tries < maxBatchTries; ) {
      const command: BatchGetItemCommand = new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys: left } },
        ReturnConsumedCapacity: 'TOTAL',
      });
      const answer = await call(name, () => client.send(command));
      consumed(name, answer.ConsumedCapacity);
      const found = answer.Responses?.[tableName] ?? [];
      items.push(...found.map((item) => unmarshall(item)));
      left = answer.UnprocessedKeys?.[tableName]?.Keys;
      // An answer that was merely full is followed at once; one that held nothing says that the table is busy.
      if (!left || found.length > 0) continue;
      tries++;
      await setTimeout(20 * 2 ** tries * Math.random());
    }
    if (!left) return items;
    throw new AdapterError(`table.${name}`, 'the table kept leaving items out', { retryable: true });
  };
  const queryAllRaw: Table['queryAllRaw'] = async (name, shape, values) => {
    const items: RawAttributes[] = [];
    let start: RawAttributes | undefined;
    do {
      const page = await queryRaw(name, shape, values, start);
      items.push(...page.items);
      start = page.next;
    } while (start);
    return items;
  };
  return {
    name: tableName,
    client,
    consumed,
    async get(name, key) {
      const command = new GetItemCommand({
        TableName: tableName,
        Key: toItem(key),
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      });
      const answer = await call(name, () => client.send(command));
      consumed(name, answer.ConsumedCapacity);
      return answer.Item && unmarshall(answer.Item);
    },
    async getMany(name, keys) {
      const unique = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
      const batches = Array.from({ length: Math.ceil(unique.length / maxBatch) }, (_, i) =>
        getBatch(name, unique.slice(i * maxBatch, (i + 1) * maxBatch)),
      );
      return (await Promise.all(batches)).flat();
    },
    async put(name, item, condition, values) {
      const command = new PutItemCommand({
        TableName: tableName,
        Item: toItem(item),
        ReturnConsumedCapacity: 'TOTAL',
        ...(condition !== undefined && { ConditionExpression: condition }),
        ...(values && { ExpressionAttributeValues: toItem(values) }),
      });
      consumed(name, (await call(name, () => client.send(command))).ConsumedCapacity);
    },
    async remove(name, key) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: toItem(key),
        ReturnConsumedCapacity: 'TOTAL',
      });
      consumed(name, (await call(name, () => client.send(command))).ConsumedCapacity);
    },
    queryAllRaw,
    queryAll: async (name, shape, values) => (await queryAllRaw(name, shape, values)).map((item) => unmarshall(item)),
    async query(name, shape, values, start) {
      const page = await queryRaw(name, shape, values, start && toItem(start));
      return { items: page.items.map((item) => unmarshall(item)), ...(page.next && { next: unmarshall(page.next) }) };
    },
    async transact(name, items) {
      const command = new TransactWriteItemsCommand({ TransactItems: items, ReturnConsumedCapacity: 'TOTAL' });
      consumed(name, (await call(name, () => client.send(command))).ConsumedCapacity);
    },
  };
}

/** A page's cursor: where the next page of the same query begins. Opaque to callers, and what they send is checked. */
export const toCursor = (next: Item | undefined) => next && Buffer.from(JSON.stringify(next)).toString('base64url');

/** `attributes`: the keys of the table and of the index; `partition`: which of its partitions the query reads. */
export function fromCursor(
  cursor: string | undefined,
  attributes: readonly string[],
  partition: Record<string, string>,
): Item | undefined {
  if (cursor === undefined) return undefined;
  const start = parseCursor(cursor);
  const isSound =
    Object.keys(start).length === attributes.length &&
    attributes.every((name) => typeof start[name] === 'string' && start[name] !== '') &&
    Object.entries(partition).every(([name, value]) => start[name] === value);
  if (isSound) return start;
  throw new AdapterError('cursor.malformed', 'the cursor is not one of this list', { retryable: false });
}

function parseCursor(cursor: string): Item {
  try {
    const start: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return typeof start === 'object' && start !== null ? (start as Item) : {};
  } catch {
    return {};
  }
}
