import { describe, expect, onTestFinished, test } from 'vitest';
import { dismissAside } from '../../functions/acts/dismiss-aside.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore } from '../support/steps-world.ts';

const operator = { id: 'olga', role: 'operator' } as const;
const at = '2026-03-01T12:00:00.000Z';
const clock = { now: () => at };
const sk = 'EVIDENCE#engage-1#e1';
const seen = { ...ref, sk, at, sequence: '1', code: 'item.malformed', reason: 'occurredOn: missing' };

async function tableStore(): Promise<RecordStore> {
  const table = await startRecordsTable();
  onTestFinished(table.stop);
  return dynamoStore(table);
}

describe.each([
  ['in memory', async () => memoryStore()],
  ['on DynamoDB', tableStore],
])('%s, an item that a person looked at and dismisses', (_, open) => {
  const dismiss = (store: RecordStore) => dismissAside({ store, clock }, operator, seen, 'of a test system');
  const listed = async (store: RecordStore) => (await store.listAside(ref.program)).items;

  test('keeps who did so, when and why', async () => {
    const store = await open();
    await store.putAside(seen);
    expect(await dismiss(store)).toEqual({ outcome: 'dismissed' });
    const dismissed = { by: 'olga', at, reason: 'of a test system' };
    expect(await listed(store)).toEqual([{ ...seen, dismissed }]);
  });

  test.each([
    ['sequence', { ...seen, sequence: '2' }],
    ['code', { ...seen, code: 'evidence.future' }],
  ])('and was judged again meanwhile asks again (another %s)', async (_, fresh) => {
    const store = await open();
    await store.putAside(seen);
    await store.putAside(fresh);
    expect(await dismiss(store)).toMatchObject({ outcome: 'refused', code: 'aside.moved' });
    expect(await listed(store)).toEqual([fresh]);
  });

  test('and counts by now does not come back', async () => {
    const store = await open();
    await store.putAside(seen);
    await store.clearAside(ref, sk);
    expect(await dismiss(store)).toMatchObject({ outcome: 'refused', code: 'aside.moved' });
    expect(await listed(store)).toEqual([]);
  });
});
