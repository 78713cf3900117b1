import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { silentLogger } from '../../functions/adapters/aws/client-settings.ts';
import { streamFilters } from '../../infra/constructs/stream-filters.ts';
import { matches, parseFilter } from '../../infra/local/mappings/filter.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { spawnService } from '../../infra/local/services/process.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const index = (IndexName: string, hash: string, range: string | undefined, carried: string[]) => ({
  IndexName,
  KeySchema: [
    { AttributeName: hash, KeyType: 'HASH' as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
  ],
  Projection:
    carried.length > 0
      ? { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: carried }
      : { ProjectionType: 'KEYS_ONLY' as const },
});

/** The Records table as `infra/constructs/records-table.ts` makes it. */
export const recordsTableShape = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    ...['pk', 'sk', 'duePk', 'dueAt', 'code', 'listPk', 'listSk'],
    ...['apprenticePk', 'awaitingPk', 'awaitingAt', 'issuedPk', 'issuedAt', 'credentialPk'],
    ...['troublePk', 'troubleAt', 'lapsePk', 'lapseOn'],
  ].map(text),
  GlobalSecondaryIndexes: [
    index('due', 'duePk', 'dueAt', ['program', 'enrollment', 'deliveryId', 'kind']),
    index('code', 'code', undefined, []),
    index('list', 'listPk', 'listSk', ['status', 'met', 'lastChangeAt', 'program', 'enrollment']),
    index('apprentice', 'apprenticePk', undefined, []),
    index('awaiting', 'awaitingPk', 'awaitingAt', []),
    index('trouble', 'troublePk', 'troubleAt', []),
    index('lapse', 'lapsePk', 'lapseOn', []),
    index('issued', 'issuedPk', 'issuedAt', ['credentialId', 'achievement', 'state']),
    index('credential', 'credentialPk', undefined, []),
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
} satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** The Records table alone, on an emulator of its own: for tests and benches of the store without a whole stack. */
export async function startRecordsTable() {
  const dataDir = mkdtempSync(join(tmpdir(), 'journeypaper-table-'));
  const service = await spawnService('dynamodb', { dataDir });
  const table = await createRecordsTable(service);
  return {
    ...table,
    async stop() {
      await table.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The Records table on a running service, which ends with it. */
export async function createRecordsTable(service: { endpoint: string; stop(): Promise<void> }, tableName = 'Records') {
  const client = new DynamoDBClient({ ...localClientConfig(service.endpoint), logger: silentLogger });
  const created = await client.send(new CreateTableCommand({ TableName: tableName, ...recordsTableShape }));
  const readStream = streamReader(service.endpoint, created.TableDescription?.LatestStreamArn ?? '');
  return {
    client,
    tableName,
    readStream,
    async stop() {
      client.destroy();
      await service.stop();
    },
  };
}

const filters = streamFilters.map((filter) => parseFilter(JSON.stringify(filter), 'stream'));

/** Reads what the stream has shown since the last call and lets through what evaluate's event source does. */
function streamReader(endpoint: string, StreamArn: string) {
  const streams = new DynamoDBStreamsClient(localClientConfig(endpoint));
  let iterator: string | undefined;
  return async () => {
    if (iterator === undefined) {
      const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
      const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
      iterator = (
        await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }))
      ).ShardIterator;
    }
    const records = [];
    for (;;) {
      const answer = await streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1000 }));
      iterator = answer.NextShardIterator;
      records.push(...(answer.Records ?? []));
      if ((answer.Records ?? []).length === 0) break;
    }
    return records.filter((record) => filters.some((filter) => matches(filter, record)));
  };
}
