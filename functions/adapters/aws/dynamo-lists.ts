import { achievementSchema, credentialSchema, credentialStateSchema } from '../../domain/credential.ts';
import { deliverySchema } from '../../domain/delivery.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import type {
  AwaitingEnrollment,
  CredentialSummary,
  LapsingEnrollment,
  Page,
  RecordStore,
  TroubleEntry,
} from '../../ports/record-store.ts';
import { fromCursor, type Item, type Table, toCursor } from './dynamo-table.ts';
import {
  apprenticePartition,
  awaitingPartition,
  bare,
  credentialPartition,
  deliveryOfKey,
  enrollmentPartition,
  issuedPartition,
  lapsePartition,
  refOfPartition,
  troublePartition,
} from './record-keys.ts';

const pageSize = 100;

type Lists = Pick<
  RecordStore,
  | 'listOwnEnrollments'
  | 'listAwaiting'
  | 'listTrouble'
  | 'listLapsing'
  | 'listIssued'
  | 'findIssued'
  | 'listCredentials'
  | 'listDeliveries'
>;

/** The indexes that are read page by page, with their keys. */
const indexes = {
  awaiting: { IndexName: 'awaiting', pk: 'awaitingPk', sk: 'awaitingAt' },
  trouble: { IndexName: 'trouble', pk: 'troublePk', sk: 'troubleAt' },
  lapse: { IndexName: 'lapse', pk: 'lapsePk', sk: 'lapseOn' },
  issued: { IndexName: 'issued', pk: 'issuedPk', sk: 'issuedAt' },
};
type Index = (typeof indexes)[keyof typeof indexes];
/** A part of a partition, by the index's sort key. */
type Span = { where: string; values: Item; newestFirst?: boolean };

/** A program's lists by its sparse indexes, a request each: whose records are whose, what waits, what was issued. */
export function lists(t: Table): Lists {
  const under = (name: string, ref: EnrollmentRef, prefix: string) => {
    const shape = { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)', ConsistentRead: true };
    return t.queryAll(name, shape, { ':pk': enrollmentPartition(ref), ':prefix': prefix });
  };
  /** A page of one partition of an index, in its order. */
  const pageIn = (name: string, index: Index, partition: string, cursor: string | undefined, span?: Span) => {
    const { IndexName, pk, sk } = index;
    const shape = {
      ...{ IndexName, Limit: pageSize, ScanIndexForward: span?.newestFirst !== true },
      KeyConditionExpression: span ? `${pk} = :pk AND ${span.where}` : `${pk} = :pk`,
    };
    const start = fromCursor(cursor, [pk, sk, 'pk', 'sk'], { [pk]: partition });
    return t.query(name, shape, { ':pk': partition, ...span?.values }, start);
  };
  return {
    async listOwnEnrollments(program, apprentice) {
      const shape = { IndexName: 'apprentice', KeyConditionExpression: 'apprenticePk = :pk' };
      const items = await t.queryAll('listOwnEnrollments', shape, { ':pk': apprenticePartition(program, apprentice) });
      return items.map(refOf);
    },
    async listAwaiting(program, cursor) {
      const page = await pageIn('listAwaiting', indexes.awaiting, awaitingPartition(program), cursor);
      return toPage(page, (item): AwaitingEnrollment => ({ ...refOf(item), since: String(item.awaitingAt) }));
    },
    async listTrouble(program, cursor) {
      const page = await pageIn('listTrouble', indexes.trouble, troublePartition(program), cursor);
      return toPage(page, (item): TroubleEntry => {
        const deliveryId = deliveryOfKey(String(item.sk));
        return { ...refOf(item), ...(deliveryId !== undefined && { deliveryId }), since: String(item.troubleAt) };
      });
    },
    async listLapsing(program, until, cursor) {
      const span = { where: 'lapseOn <= :until', values: { ':until': until } };
      const page = await pageIn('listLapsing', indexes.lapse, lapsePartition(program), cursor, span);
      return toPage(page, (item): LapsingEnrollment => ({ ...refOf(item), on: String(item.lapseOn) }));
    },
    async listIssued(program, { from = '0', to = '~' }, cursor) {
      // The table refuses a span that ends before it begins.
      if (from > to) return { items: [] };
      const values = { ':from': from, ':to': to };
      const span = { where: 'issuedAt BETWEEN :from AND :to', values, newestFirst: true };
      const page = await pageIn('listIssued', indexes.issued, issuedPartition(program), cursor, span);
      return toPage(page, toSummary);
    },
    async listCredentials(ref) {
      const items = await under('listCredentials', ref, 'CREDENTIAL#');
      return items.map((item) => credentialSchema.parse(bare(item))).sort((a, b) => (a.issuedAt > b.issuedAt ? -1 : 1));
    },
    async listDeliveries(ref) {
      const items = await under('listDeliveries', ref, 'DELIVERY#');
      return items.map((item) => deliverySchema.parse(bare(item))).sort((a, b) => (a.queuedAt > b.queuedAt ? -1 : 1));
    },
    async findIssued(program, credentialId) {
      const shape = { IndexName: 'credential', KeyConditionExpression: 'credentialPk = :pk' };
      const { items } = await t.query('findIssued', shape, { ':pk': credentialPartition(program, credentialId) });
      return items[0] && refOf(items[0]);
    },
  };
}

const refOf = (item: Item) => refOfPartition(String(item.pk));

function toPage<T>(page: { items: Item[]; next?: Item }, read: (item: Item) => T): Page<T> {
  const next = toCursor(page.next);
  return { items: page.items.map(read), ...(next !== undefined && { cursor: next }) };
}

function toSummary(item: Item): CredentialSummary {
  return {
    ...refOf(item),
    credentialId: String(item.credentialId),
    achievement: achievementSchema.parse(item.achievement),
    issuedAt: String(item.issuedAt),
    state: credentialStateSchema.parse(item.state),
  };
}
