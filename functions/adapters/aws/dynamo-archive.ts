import {
  type AttributeValue,
  PutItemCommand,
  paginateScan,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { deliverySchema } from '../../domain/delivery.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { ArchivedItem, RecordArchive, RestoreMark } from '../../ports/record-archive.ts';
import { fromExportJson, toExportJson } from './attribute-text.ts';
import { deliveryItem, ledgerItem, toItem } from './commit-items.ts';
import { call, isConditionFailure, readCancellation, toAdapterError } from './dynamo-errors.ts';
import type { DynamoStoreOptions } from './dynamo-store.ts';
import { type Table, table } from './dynamo-table.ts';
import { enrollmentItem, parseEnrollmentItem } from './enrollment-codec.ts';
import { bare, deliveryOfKey, isRequestKeys, own, restoreKey } from './record-keys.ts';

type RawItem = Record<string, AttributeValue>;
const dueAttributes = ['duePk', 'dueAt'];
/** Times an enrollment's partition is read until nothing has changed it meanwhile. */
const maxReadings = 20;
/** Of an enrollment's emails and facts that one transaction takes. */
const maxTransaction = 90;

/** The Records table as a whole: every item out, and back into an empty one. */
export function dynamoArchive(options: DynamoStoreOptions): RecordArchive {
  const t = table(options);
  return {
    async *items() {
      for await (const pk of partitions(t)) yield* (await readPartition(t, pk)).map(toArchived);
    },
    async isEmpty() {
      try {
        for await (const { Items = [] } of paginateScan({ client: t.client }, { TableName: t.name, ...ownItems }))
          if (Items.length > 0) return false;
        return true;
      } catch (error) {
        throw toAdapterError('isEmpty', error);
      }
    },
    async readMark(to) {
      const item = await t.get('readMark', restoreKey(to));
      if (!item) return undefined;
      const { pk: _, sk: __, own: ___, ...mark } = item;
      return mark as RestoreMark;
    },
    putMark: (mark) => t.put('putMark', { ...restoreKey(mark.to), ...own, ...mark }),
    async putItem({ json }, { due }) {
      const item = indexedNow(fromExportJson(json));
      if (!due) for (const name of dueAttributes) delete item[name];
      const command = new PutItemCommand({
        TableName: t.name,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await call('putItem', () => t.client.send(command)).catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error;
      });
    },
    readEnrollmentItem({ json }) {
      try {
        return parseEnrollmentItem(unmarshall(fromExportJson(json)));
      } catch (error) {
        throw new AdapterError('archive.unreadable', 'an enrollment of the backup is not of its form', {
          ...{ retryable: false, cause: error },
        });
      }
    },
    async putEnrollment(enrollment, entries, deliveries) {
      if (1 + entries.length + deliveries.length > maxTransaction) {
        const message = `${enrollment.enrollment}: more emails under way than one transaction takes`;
        throw new AdapterError('archive.too-many-emails', message, { retryable: false });
      }
      const put = (item: Record<string, unknown>, absent: boolean) => ({
        Put: {
          ...{ TableName: t.name, Item: toItem(item) },
          ...(absent && { ConditionExpression: 'attribute_not_exists(pk)' }),
        },
      });
      try {
        await t.transact('putEnrollment', [
          put(enrollmentItem(enrollment), true),
          ...entries.map((entry) => put(ledgerItem(enrollment, entry), true)),
          ...deliveries.map((delivery) => put(deliveryItem(delivery), false)),
        ]);
        return 'stored';
      } catch (error) {
        if (error instanceof TransactionCanceledException && readCancellation(error).kind === 'failed-conditions')
          return 'exists';
        throw toAdapterError('putEnrollment', error);
      }
    },
  };
}

/** An email with the attributes that its indexes ask for now: a backup may be from before one of them. */
function indexedNow(item: RawItem): RawItem {
  if (!item.pk?.S?.includes('#ENROLLMENT#') || deliveryOfKey(item.sk?.S ?? '') === undefined) return item;
  const delivery = deliverySchema.safeParse(bare(unmarshall(item)));
  // What is not of its form stays as it is: the doctor names it.
  return delivery.success ? toItem(deliveryItem(delivery.data)) : item;
}

/** What other systems put there, and evaluate sets aside, they may have put before the restore has begun. */
const ownItems = {
  ConsistentRead: true,
  ProjectionExpression: 'pk',
  FilterExpression: 'NOT contains(pk, :evidence) AND NOT contains(pk, :aside)',
  ExpressionAttributeValues: toItem({ ':evidence': '#EVIDENCE#', ':aside': '#ASIDE' }),
};

/** Every partition key once, as the whole table is read. */
async function* partitions(t: Table): AsyncGenerator<string, void> {
  const pages = paginateScan(
    { client: t.client },
    { TableName: t.name, ConsistentRead: true, ProjectionExpression: 'pk' },
  );
  let last: string | undefined;
  try {
    for await (const { Items = [] } of pages) {
      for (const { pk } of Items) {
        // Keys of requests say what was answered of a record as it is now, not as a backup brings it back.
        if (pk?.S === undefined || pk.S === last || isRequestKeys(pk.S)) continue;
        last = pk.S;
        yield last;
      }
    }
  } catch (error) {
    throw toAdapterError('scan', error);
  }
}

/**
 * A partition's items. An enrollment's are read until no transaction came between, and its evidence after it: what a
 * decision stood on is then never missing, and evidence that came since is decided again.
 */
async function readPartition(t: Table, pk: string): Promise<RawItem[]> {
  const ref = refOf(pk);
  if (ref?.kind === 'EVIDENCE' && (await readVersion(t, ref)) !== undefined) return [];
  if (ref?.kind !== 'ENROLLMENT') return queryPartition(t, pk);
  for (let readings = 0; readings < maxReadings; readings++) {
    const before = await readVersion(t, ref);
    const items = await queryPartition(t, pk);
    if (before !== (await readVersion(t, ref))) continue;
    return [...items, ...(await queryPartition(t, `${ref.program}#EVIDENCE#${ref.enrollment}`))];
  }
  throw new AdapterError('archive.busy', `${ref.enrollment}: it kept changing while it was read`, { retryable: true });
}

function refOf(pk: string): (EnrollmentRef & { kind: string }) | undefined {
  const [program = '', kind = '', enrollment = '', ...rest] = pk.split('#');
  return rest.length === 0 && enrollment !== '' ? { program, kind, enrollment } : undefined;
}

/** Every write of an enrollment's partition counts one of these up. */
async function readVersion(t: Table, { program, enrollment }: EnrollmentRef): Promise<string | undefined> {
  const item = await t.get('readVersion', { pk: `${program}#ENROLLMENT#${enrollment}`, sk: 'ENROLLMENT' });
  return item && `${item.version} ${item.fence}`;
}

function queryPartition(t: Table, pk: string): Promise<RawItem[]> {
  return t.queryAllRaw('export', { KeyConditionExpression: 'pk = :pk', ConsistentRead: true }, { ':pk': pk });
}

function toArchived(item: RawItem): ArchivedItem {
  return { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '', json: toExportJson(item) };
}
