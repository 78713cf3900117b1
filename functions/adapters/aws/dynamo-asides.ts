import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { RecordStore, StoredAside } from '../../ports/record-store.ts';
import { toItem } from './commit-items.ts';
import { call, isConditionFailure } from './dynamo-errors.ts';
import { fromCursor, type Table, toCursor } from './dynamo-table.ts';
import { asideKey, own } from './record-keys.ts';

type Asides = Pick<RecordStore, 'putAside' | 'dismissAside' | 'clearAside' | 'listAside'>;

/** What was set aside: where it stands and why it does not count. The item itself stays where its writer put it. */
export function asides(t: Table): Asides {
  return {
    async putAside(aside) {
      const { sk: item, ...rest } = aside;
      await t.put('putAside', { ...asideKey(aside, item), ...own, ...rest, item });
    },
    async dismissAside(aside, dismissed) {
      const command = new UpdateItemCommand({
        TableName: t.name,
        Key: toItem(asideKey(aside, aside.sk)),
        UpdateExpression: 'SET dismissed = :dismissed',
        // An item that is gone has neither.
        ConditionExpression: '#sequence = :sequence AND #code = :code',
        ExpressionAttributeNames: { '#sequence': 'sequence', '#code': 'code' },
        ExpressionAttributeValues: toItem({
          ':dismissed': dismissed,
          ':sequence': aside.sequence,
          ':code': aside.code,
        }),
        ReturnConsumedCapacity: 'TOTAL',
      });
      try {
        t.consumed('dismissAside', (await call('dismissAside', () => t.client.send(command))).ConsumedCapacity);
        return 'dismissed';
      } catch (error) {
        if (isConditionFailure(error)) return 'moved';
        throw error;
      }
    },
    clearAside: (ref, sk) => t.remove('clearAside', asideKey(ref, sk)),
    async listAside(program, cursor) {
      const shape = { KeyConditionExpression: 'pk = :pk', Limit: 100 };
      const pk = `${program}#ASIDE`;
      const page = await t.query('listAside', shape, { ':pk': pk }, fromCursor(cursor, ['pk', 'sk'], { pk }));
      const items = page.items.map(
        ({ pk: _, sk: __, own: ___, item, ...rest }) => ({ ...rest, sk: item }) as StoredAside,
      );
      const next = toCursor(page.next);
      return { items, ...(next !== undefined && { cursor: next }) };
    },
  };
}
