import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningDynamodb, startDynamodb } from '../../infra/local/services/dynamodb.ts';
import { findDynamodb, pinnedDynoxideVersion } from '../../infra/local/services/dynoxide-binary.ts';
import { trimStreamRecords } from '../../infra/local/services/dynoxide-file.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { sweepExpiredItems } from '../../infra/local/services/ttl-sweep.ts';
import { temporaryFolder } from './local-service.ts';
import { openStream } from './stream-client.ts';

const folder = temporaryFolder();
const table = 'records';
let server: RunningDynamodb;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  server = await startDynamodb({ dataDir: folder.path });
  dynamodb = new DynamoDBClient(localClientConfig(server.endpoint));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'pending', 'since'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'pending',
          KeySchema: [
            { AttributeName: 'pending', KeyType: 'HASH' },
            { AttributeName: 'since', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
});
afterAll(async () => {
  dynamodb.destroy();
  await server.stop();
  folder.remove();
});

type Item = Record<string, string | number>;
const marshall = (item: Item): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
const put = (item: Item) => dynamodb.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
const get = async (pk: string, sk: string) =>
  (await dynamodb.send(new GetItemCommand({ TableName: table, Key: marshall({ pk, sk }), ConsistentRead: true }))).Item;
const putIfAbsent = (item: Item) => ({
  Put: { TableName: table, Item: marshall(item), ConditionExpression: 'attribute_not_exists(pk)' },
});

test('a transaction whose condition fails writes nothing and says which item failed, with its old image', async () => {
  await put({ pk: 't', sk: 'enrollment', version: 7 });
  const attempt = dynamodb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        putIfAbsent({ pk: 't', sk: 'ledger#1' }),
        {
          Update: {
            TableName: table,
            Key: marshall({ pk: 't', sk: 'enrollment' }),
            UpdateExpression: 'SET version = :next',
            ConditionExpression: 'version = :seen',
            ExpressionAttributeValues: marshall({ ':seen': 6, ':next': 7 }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ],
    }),
  );
  const error = await attempt.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransactionCanceledException);
  const { CancellationReasons } = error as TransactionCanceledException;
  expect(CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
  expect(CancellationReasons?.[1]?.Item).toMatchObject(marshall({ version: 7 }));
  expect(await get('t', 'ledger#1')).toBeUndefined();
});

test('a transaction of a hundred items is written whole, and one more is refused', async () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, n) => putIfAbsent({ pk: `hundred-${count}`, sk: String(n) }));
  const { ConsumedCapacity } = await dynamodb.send(
    new TransactWriteItemsCommand({ TransactItems: items(100), ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(200);
  await expect(dynamodb.send(new TransactWriteItemsCommand({ TransactItems: items(101) }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('a transaction repeated under its token succeeds once', async () => {
  const input = { TransactItems: [putIfAbsent({ pk: 'token', sk: '1' })], ClientRequestToken: 'request-1' };
  await dynamodb.send(new TransactWriteItemsCommand(input));
  await dynamodb.send(new TransactWriteItemsCommand(input));
  expect(await get('token', '1')).toBeDefined();
});

test('a condition on one item refuses with what is there', async () => {
  await put({ pk: 'c', sk: '1', state: 'issued' });
  const update = new UpdateItemCommand({
    TableName: table,
    Key: marshall({ pk: 'c', sk: '1' }),
    UpdateExpression: 'SET #state = :next',
    ConditionExpression: '#state = :requested',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: marshall({ ':next': 'issued', ':requested': 'requested' }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const error = await dynamodb.send(update).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect((error as ConditionalCheckFailedException).Item).toMatchObject(marshall({ state: 'issued' }));
});

test('a query by the beginning of the sort key reads its items in order, page by page', async () => {
  for (const sk of ['E#r-2#b', 'E#r-1#a', 'E#r-2#a', 'E#r-20#a', 'A#r-2#a']) await put({ pk: 'q', sk });
  const found: string[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamodb.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall({ ':pk': 'q', ':prefix': 'E#r-2#' }),
        Limit: 1,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    found.push(...(page.Items ?? []).map((item) => item.sk?.S ?? ''));
    start = page.LastEvaluatedKey;
  } while (start);
  expect(found).toEqual(['E#r-2#a', 'E#r-2#b']);
});

test('a sparse index holds an item while it has the attributes', async () => {
  const pending = async () => {
    const { Items } = await dynamodb.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'pending',
        KeyConditionExpression: 'pending = :p AND since < :before',
        ExpressionAttributeValues: marshall({ ':p': 'issue', ':before': '2026' }),
      }),
    );
    return (Items ?? []).map((item) => item.pk?.S);
  };
  await put({ pk: 'g1', sk: '1', pending: 'issue', since: '2025' });
  await put({ pk: 'g2', sk: '1' });
  expect(await pending()).toEqual(['g1']);
  const Key = marshall({ pk: 'g1', sk: '1' });
  await dynamodb.send(new UpdateItemCommand({ TableName: table, Key, UpdateExpression: 'REMOVE pending, since' }));
  expect(await pending()).toEqual([]);
});

test('the stream shows both images of each change, in order, from a sequence number on', async () => {
  const stream = await openStream(server.endpoint, table);
  const latest = await stream.iterator('LATEST');
  await put({ pk: 's', sk: '1', v: 1 });
  await put({ pk: 's', sk: '1', v: 2 });
  const [inserted, modified] = await stream.read(latest);
  expect(inserted).toMatchObject({
    eventName: 'INSERT',
    dynamodb: { Keys: marshall({ pk: 's', sk: '1' }), NewImage: { v: { N: '1' } } },
  });
  expect(modified).toMatchObject({
    eventName: 'MODIFY',
    dynamodb: { OldImage: { v: { N: '1' } }, NewImage: { v: { N: '2' } } },
  });
  const after = await stream.iterator('AFTER_SEQUENCE_NUMBER', inserted?.dynamodb.SequenceNumber);
  expect(await stream.read(after)).toEqual([modified]);
});

test('after kill -9 and a restart every item is there and the stream goes on where it was', async () => {
  await put({ pk: 'k', sk: '1' });
  const stream = await openStream(server.endpoint, table);
  const last = (await stream.read(await stream.iterator('TRIM_HORIZON'))).at(-1);
  await server.kill();
  await expect(fetch(server.endpoint)).rejects.toThrow();
  await server.restart();
  expect(await get('k', '1')).toBeDefined();
  await put({ pk: 'k', sk: '2' });
  const [next] = await stream.read(await stream.iterator('AFTER_SEQUENCE_NUMBER', last?.dynamodb.SequenceNumber));
  expect(next?.dynamodb.Keys).toEqual(marshall({ pk: 'k', sk: '2' }));
});

test('trimming removes old stream records and keeps the newest, so that the numbers go on', async () => {
  const file = join(folder.path, 'dynamodb.db');
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  expect(await trimStreamRecords(file, pinnedDynoxideVersion, 0)).toBe(0);
  const stream = await openStream(server.endpoint, table);
  const before = await stream.read(await stream.iterator('TRIM_HORIZON'));
  expect(await trimStreamRecords(file, pinnedDynoxideVersion, inAnHour)).toBe(before.length - 1);
  await put({ pk: 'trim', sk: '1' });
  const left = await stream.read(await stream.iterator('TRIM_HORIZON'));
  const numbers = left.map(({ dynamodb: { SequenceNumber } }) => Number(SequenceNumber));
  expect(numbers).toEqual([before.length, before.length + 1]);
});

test('the index that keeps writes fast is used by the emulator’s own question', () => {
  expect(server.indexed).toBe(true);
  const database = new DatabaseSync(join(folder.path, 'dynamodb.db'), { readOnly: true });
  const question =
    'EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?';
  expect(database.prepare(question).get(table)).toMatchObject({
    detail: expect.stringContaining('journeypaper_stream_records'),
  });
  database.close();
});

test('an item past its time to live is swept; one without, with a future or with an ancient one stays', async () => {
  const now = 1_800_000_000;
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  await put({ pk: 'ttl', sk: 'past', expires: now - 1 });
  await put({ pk: 'ttl', sk: 'future', expires: now + 60 });
  await put({ pk: 'ttl', sk: 'ancient', expires: 1 });
  await put({ pk: 'ttl', sk: 'text', expires: 'yesterday' });
  expect(await sweepExpiredItems(dynamodb, now)).toBe(1);
  expect(await get('ttl', 'past')).toBeUndefined();
  for (const sk of ['future', 'ancient', 'text']) expect(await get('ttl', sk)).toBeDefined();
});

test('without the package a binary on the PATH is next, then a local endpoint; a remote one is refused, Amazon’s always', () => {
  const packaged = findDynamodb({ PATH: '/nowhere' });
  expect(packaged).toMatchObject({ kind: 'binary', version: pinnedDynoxideVersion });
  const none = { packaged: false };
  expect(() => findDynamodb({ PATH: '/nowhere' }, none)).toThrow(
    expect.objectContaining({
      code: 'emulator-missing',
      message: expect.stringMatching(/npm install[\s\S]*PATH[\s\S]*AWS_ENDPOINT_URL_DYNAMODB/),
    }),
  );
  const at = (AWS_ENDPOINT_URL_DYNAMODB: string, confirmRemoteEndpoint = false) =>
    findDynamodb({ AWS_ENDPOINT_URL_DYNAMODB }, { ...none, confirmRemoteEndpoint });
  expect(at('http://localhost:8000')).toEqual({ kind: 'endpoint', endpoint: 'http://localhost:8000' });
  const refused = expect.objectContaining({ code: 'endpoint-not-local' });
  expect(() => at('http://dynamodb.internal:8000')).toThrow(refused);
  expect(at('http://dynamodb.internal:8000', true)).toMatchObject({ kind: 'endpoint' });
  expect(() => at('https://dynamodb.us-east-1.amazonaws.com', true)).toThrow(refused);
});
