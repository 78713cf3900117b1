import {
  type AttributeValue,
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
import { toItem } from './commit-items.ts';
import { call } from './dynamo-errors.ts';
import type { DynamoStoreOptions } from './dynamo-store.ts';

export type Item = Record<string, unknown>;
export type RawAttributes = Record<string, AttributeValue>;
type Key = { pk: string; sk: string };
type QueryShape = Omit<QueryCommandInput, 'TableName' | 'ExpressionAttributeValues' | 'ExclusiveStartKey'>;

/** The few calls that the record store makes, with plain objects in and out. */
export type Table = {
  name: string;
  client: DynamoDBClient;
  get(name: string, key: Key): Promise<Item | undefined>;
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

/** A page's cursor: opaque to callers, bound to nothing but its query. */
export const toCursor = (next: Item | undefined) => next && Buffer.from(JSON.stringify(next)).toString('base64url');
export const fromCursor = (cursor: string | undefined) =>
  cursor === undefined ? undefined : (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Item);
