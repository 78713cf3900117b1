import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type AccessEntry,
  type AccessHead,
  accessChainOf,
  accessEntrySchema,
  chainAccess,
  emptyAccessHead,
} from '../../domain/access.ts';
import { accessChainName } from '../../domain/checkpoint.ts';
import type { AccessLog } from '../../ports/access-log.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { toItem } from './commit-items.ts';
import { readCancellation, toAdapterError } from './dynamo-errors.ts';
import { type Item, type Table, table } from './dynamo-table.ts';
import { accessEntryKey, accessHeadKey, accessPartition, bare, own } from './record-keys.ts';

/** Reads of one reader that meet one another: each tries again behind the other. */
const maxTries = 12;

/** Access chains in the Records table: a head for each reader and day, and an item for each read. */
export function dynamoAccess(options: { client: DynamoDBClient; tableName: string; clock: Clock }): AccessLog {
  const t = table(options);
  return {
    async append(program, access) {
      for (let tries = 0; tries < maxTries; tries++) {
        const now = options.clock.now();
        const of = accessChainOf(program, access.actor, now);
        const item = await t.get('readAccessHead', accessHeadKey(of));
        const before: AccessHead = item
          ? { seq: Number(item.seq), hash: String(item.hash), at: String(item.at) }
          : emptyAccessHead(of);
        const { entry, head } = chainAccess(of, before, access, now);
        const unmoved = item
          ? { ConditionExpression: '#seq = :before', ExpressionAttributeNames: { '#seq': 'seq' } }
          : { ConditionExpression: 'attribute_not_exists(pk)' };
        const put = {
          Item: toItem({ ...accessHeadKey(of), ...own, ...head, actor: of.actor, day: of.day }),
          ...unmoved,
          ...(item && { ExpressionAttributeValues: toItem({ ':before': before.seq }) }),
        };
        try {
          await t.transact('appendAccess', [
            { Put: { TableName: t.name, ...put } },
            {
              Put: {
                TableName: t.name,
                Item: toItem({ ...accessEntryKey(of, entry.seq), ...own, ...entry }),
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
          ]);
          return head;
        } catch (error) {
          if (!(error instanceof TransactionCanceledException)) throw error;
          if (!isRace(error)) throw toAdapterError('appendAccess', error);
        }
      }
      throw new AdapterError('access.busy', 'the access chain kept moving while a read was being recorded', {
        retryable: true,
      });
    },
    async *list(program, from, to) {
      const values = { ':pk': accessPartition(program), ':from': `ENTRY#${from}`, ':to': `ENTRY#${to}#~` };
      for await (const item of between(t, values)) yield toEntry(item);
    },
    async *heads(program, from) {
      const values = { ':pk': accessPartition(program), ':from': `HEAD#${from}`, ':to': 'HEAD#~' };
      for await (const { actor, day, seq, hash } of between(t, values))
        yield { chain: accessChainName(String(actor), String(day)), seq: Number(seq), hash: String(hash) };
    },
  };
}

function isRace(error: TransactionCanceledException): boolean {
  return ['conflict', 'failed-conditions'].includes(readCancellation(error).kind);
}

/** Item by item, a page at a time in memory. */
async function* between(t: Table, values: Item): AsyncGenerator<Item> {
  const shape = { KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ConsistentRead: true };
  let start: Item | undefined;
  do {
    const page = await t.query('listAccess', shape, values, start);
    yield* page.items;
    start = page.next;
  } while (start);
}

function toEntry(item: Item): AccessEntry {
  return accessEntrySchema.parse(bare(item));
}
