import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { auditEntrySchema } from '../../domain/audit.ts';
import { credentialSchema } from '../../domain/credential.ts';
import { deliverySchema } from '../../domain/delivery.ts';
import type { EnrollmentStatus } from '../../domain/enrollment.ts';
import type { DueItem, EnrollmentRecord, EnrollmentSummary, Page, RecordStore } from '../../ports/record-store.ts';
import { ledgerItem, toItem } from './commit-items.ts';
import { readCancellation, toAdapterError } from './dynamo-errors.ts';
import { fromCursor, type Item, type Table, toCursor } from './dynamo-table.ts';
import { enrollmentItem, parseEnrollmentItem } from './enrollment-codec.ts';
import { bare, duePartition, enrollmentKey, enrollmentPartition, listPartition } from './record-keys.ts';

const pageSize = 100;

type Enrollments = Pick<
  RecordStore,
  | 'readEnrollment'
  | 'readEnrollments'
  | 'readRecord'
  | 'createEnrollment'
  | 'listEnrollments'
  | 'listChangedEnrollments'
  | 'listDue'
>;

export function enrollments(t: Table): Enrollments {
  return {
    async readEnrollment(ref) {
      const item = await t.get('readEnrollment', enrollmentKey(ref));
      return item && parseEnrollmentItem(item);
    },
    async readEnrollments(refs) {
      const items = await t.getMany('readEnrollments', refs.map(enrollmentKey));
      const byKey = new Map(items.map((item) => [String(item.pk), item]));
      return refs.flatMap((ref) => {
        const item = byKey.get(enrollmentPartition(ref));
        return item ? [parseEnrollmentItem(item)] : [];
      });
    },
    async readRecord(ref) {
      const shape = { KeyConditionExpression: 'pk = :pk', ConsistentRead: true };
      return toRecord(await t.queryAll('readRecord', shape, { ':pk': enrollmentPartition(ref) }));
    },
    async createEnrollment(enrollment, entries) {
      const put = (item: Item) => ({
        Put: { TableName: t.name, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' },
      });
      try {
        await t.transact('createEnrollment', [
          put(enrollmentItem(enrollment)),
          ...entries.map((entry) => put(ledgerItem(enrollment, entry))),
        ]);
        return 'created';
      } catch (error) {
        if (error instanceof TransactionCanceledException && readCancellation(error).kind === 'failed-conditions')
          return 'exists';
        throw toAdapterError('createEnrollment', error);
      }
    },
    listEnrollments: (program, status, cursor) => listByStatus(t, program, status, undefined, cursor),
    listChangedEnrollments: (program, status, since, cursor) => listByStatus(t, program, status, since, cursor),
    async listDue(before, cursor) {
      const shape = { IndexName: 'due', KeyConditionExpression: 'duePk = :pk AND dueAt <= :before', Limit: pageSize };
      const start = fromCursor(cursor, ['duePk', 'dueAt', 'pk', 'sk'], { duePk: duePartition });
      const page = await t.query('listDue', shape, { ':pk': duePartition, ':before': before }, start);
      const items = page.items.map(
        (item): DueItem => ({
          kind: item.kind as DueItem['kind'],
          program: String(item.program),
          enrollment: String(item.enrollment),
          dueAt: String(item.dueAt),
          ...(item.deliveryId !== undefined && { deliveryId: String(item.deliveryId) }),
        }),
      );
      const next = toCursor(page.next);
      return { items, ...(next !== undefined && { cursor: next }) };
    },
  };
}

/** One page of the index that sorts a program's enrollments of a status by their last change. */
async function listByStatus(
  t: Table,
  program: string,
  status: EnrollmentStatus,
  since: string | undefined,
  cursor: string | undefined,
): Promise<Page<EnrollmentSummary>> {
  const KeyConditionExpression = since === undefined ? 'listPk = :pk' : 'listPk = :pk AND listSk >= :since';
  const page = await t.query(
    'listEnrollments',
    { IndexName: 'list', KeyConditionExpression, Limit: pageSize },
    { ':pk': listPartition(program, status), ...(since !== undefined && { ':since': since }) },
    fromCursor(cursor, ['listPk', 'listSk', 'pk', 'sk'], { listPk: listPartition(program, status) }),
  );
  const items = page.items.map((item) => ({
    program: String(item.program),
    enrollment: String(item.enrollment),
    status: item.status as EnrollmentStatus,
    met: Number(item.met),
    lastChangeAt: String(item.lastChangeAt),
  }));
  const next = toCursor(page.next);
  return { items, ...(next !== undefined && { cursor: next }) };
}

function toRecord(items: readonly Item[]): EnrollmentRecord | undefined {
  const own = items.find((item) => item.sk === 'ENROLLMENT');
  if (!own) return undefined;
  const under = (prefix: string) => items.filter((item) => String(item.sk).startsWith(prefix)).map(bare);
  return {
    enrollment: parseEnrollmentItem(own),
    credentials: under('CREDENTIAL#').map((item) => credentialSchema.parse(item)),
    deliveries: under('DELIVERY#').map((item) => deliverySchema.parse(item)),
    ledger: under('LEDGER#')
      .map((item) => auditEntrySchema.parse(item))
      .sort((a, b) => a.seq - b.seq),
  };
}
