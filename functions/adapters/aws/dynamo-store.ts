import { type DynamoDBClient, TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Commit } from '../../domain/commit.ts';
import { type Credential, credentialSchema } from '../../domain/credential.ts';
import { deliverySchema } from '../../domain/delivery.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { CommitOutcome, RecordStore } from '../../ports/record-store.ts';
import { commitItems } from './commit-items.ts';
import { asides } from './dynamo-asides.ts';
import { enrollments } from './dynamo-enrollments.ts';
import { call, readCancellation } from './dynamo-errors.ts';
import { evidence } from './dynamo-evidence.ts';
import { lists } from './dynamo-lists.ts';
import { programs } from './dynamo-programs.ts';
import { type Table, table } from './dynamo-table.ts';
import { bare, credentialKey, deliveryKey } from './record-keys.ts';

/** The Records table of one deployment. `onConsumed` hears of every call's capacity units. */
export type DynamoStoreOptions = {
  client: DynamoDBClient;
  tableName: string;
  onConsumed?: (call: string, units: number) => void;
};

/** The record store on DynamoDB. Single records and evidence are read consistently; lists come from indexes. */
export function dynamoStore(options: DynamoStoreOptions): RecordStore {
  const t = table(options);
  return {
    ...programs(t),
    ...enrollments(t),
    ...evidence(t),
    ...asides(t),
    ...lists(t),
    commit: (commit) => writeCommit(t, commit),
    readCredential: (ref, id) => readCredential(t, ref, id),
    readDelivery: async (ref, id) => {
      const item = await t.get('readDelivery', deliveryKey(ref, id));
      return item && deliverySchema.parse(bare(item));
    },
    readDeliveries: async (refs) => {
      const keys = refs.map((ref) => deliveryKey(ref, ref.deliveryId));
      return (await t.getMany('readDeliveries', keys)).map((item) => deliverySchema.parse(bare(item)));
    },
    findCredential: async (code) => {
      const { items } = await t.query(
        'findCredential',
        { IndexName: 'code', KeyConditionExpression: 'code = :code' },
        { ':code': code },
      );
      const found = items[0];
      const item = found && (await t.get('findCredential', { pk: String(found.pk), sk: String(found.sk) }));
      return item && credentialSchema.parse(bare(item));
    },
  };
}

async function readCredential(t: Table, ref: EnrollmentRef, id: string): Promise<Credential | undefined> {
  const item = await t.get('readCredential', credentialKey(ref, id));
  return item && credentialSchema.parse(bare(item));
}

async function writeCommit(t: Table, commit: Commit): Promise<CommitOutcome> {
  const items = commitItems(commit, t.name);
  try {
    const command = new TransactWriteItemsCommand({
      TransactItems: items.map((item) => item.write),
      ReturnConsumedCapacity: 'TOTAL',
    });
    const answer = await call('commit', () => t.client.send(command));
    t.consumed('commit', answer.ConsumedCapacity);
    return { outcome: 'committed' };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const cancelled = readCancellation(error);
    if (cancelled.kind === 'conflict') return { outcome: 'conflict' };
    if (cancelled.kind === 'failed-conditions') {
      const causes = cancelled.indexes.map((i) => items[i]?.cause);
      // Only where nothing but known causes stands in the way can the rest be written at once.
      return causes.every((cause) => cause !== undefined)
        ? { outcome: 'repeated', causes: causes as string[] }
        : { outcome: 'conflict' };
    }
    throw new AdapterError('table.commit', `the table cancelled a transaction (${cancelled.kind})`, {
      retryable: cancelled.kind === 'throttled',
      cause: error,
    });
  }
}
