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

/** A program's lists by its sparse indexes, a request each: whose records are whose, what waits, what was issued. */
export function lists(t: Table): Lists {
  const under = (name: string, ref: EnrollmentRef, prefix: string) => {
    const shape = { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)', ConsistentRead: true };
    return t.queryAll(name, shape, { ':pk': enrollmentPartition(ref), ':prefix': prefix });
  };
  return {
    async listOwnEnrollments(program, apprentice) {
      const shape = { IndexName: 'apprentice', KeyConditionExpression: 'apprenticePk = :pk' };
      const items = await t.queryAll('listOwnEnrollments', shape, { ':pk': apprenticePartition(program, apprentice) });
      return items.map(refOf);
    },
    async listAwaiting(program, cursor) {
      const awaitingPk = awaitingPartition(program);
      const page = await t.query(
        'listAwaiting',
        { IndexName: 'awaiting', KeyConditionExpression: 'awaitingPk = :pk', Limit: pageSize },
        { ':pk': awaitingPk },
        fromCursor(cursor, ['awaitingPk', 'awaitingAt', 'pk', 'sk'], { awaitingPk }),
      );
      return toPage(page, (item): AwaitingEnrollment => ({ ...refOf(item), since: String(item.awaitingAt) }));
    },
    async listTrouble(program, cursor) {
      const troublePk = troublePartition(program);
      const page = await t.query(
        'listTrouble',
        { IndexName: 'trouble', KeyConditionExpression: 'troublePk = :pk', Limit: pageSize },
        { ':pk': troublePk },
        fromCursor(cursor, ['troublePk', 'troubleAt', 'pk', 'sk'], { troublePk }),
      );
      return toPage(page, (item): TroubleEntry => {
        const deliveryId = deliveryOfKey(String(item.sk));
        return { ...refOf(item), ...(deliveryId !== undefined && { deliveryId }), since: String(item.troubleAt) };
      });
    },
    async listLapsing(program, until, cursor) {
      const lapsePk = lapsePartition(program);
      const page = await t.query(
        'listLapsing',
        { IndexName: 'lapse', KeyConditionExpression: 'lapsePk = :pk AND lapseOn <= :until', Limit: pageSize },
        { ':pk': lapsePk, ':until': until },
        fromCursor(cursor, ['lapsePk', 'lapseOn', 'pk', 'sk'], { lapsePk }),
      );
      return toPage(page, (item): LapsingEnrollment => ({ ...refOf(item), on: String(item.lapseOn) }));
    },
    async listIssued(program, { from = '0', to = '~' }, cursor) {
      // The table refuses a span that ends before it begins.
      if (from > to) return { items: [] };
      const issuedPk = issuedPartition(program);
      const page = await t.query(
        'listIssued',
        {
          IndexName: 'issued',
          KeyConditionExpression: 'issuedPk = :pk AND issuedAt BETWEEN :from AND :to',
          ScanIndexForward: false,
          Limit: pageSize,
        },
        { ':pk': issuedPk, ':from': from, ':to': to },
        fromCursor(cursor, ['issuedPk', 'issuedAt', 'pk', 'sk'], { issuedPk }),
      );
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
