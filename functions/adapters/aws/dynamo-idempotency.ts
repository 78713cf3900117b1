import { DeleteItemCommand, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { addSeconds, epochOf, type Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Claim, Idempotency, KeptAnswer } from '../../ports/idempotency.ts';
import { toItem } from './commit-items.ts';
import { call, isConditionFailure } from './dynamo-errors.ts';
import { type Item, table } from './dynamo-table.ts';
import { idempotencyKey, own } from './record-keys.ts';

/** How long an answer is remembered; the table forgets by itself what is past `expiresAt`, some time later. */
const keptSeconds = 24 * 3_600;

type Options = {
  client: DynamoDBClient;
  tableName: string;
  clock: Clock;
  /** How long a claim holds: longer than any request can run. */
  claimSeconds: number;
};

/**
 * Keys in the Records table, one item each: claimed by a put where there is none, answered by an update of one's own
 * claim. Two writes for each request, and a read for a repeat.
 */
export function dynamoIdempotency(options: Options): Idempotency {
  const t = table(options);
  const { clock, claimSeconds } = options;
  /** Changes an item that is still under the claim that one knows; says whether it was. */
  const change = async (name: string, key: Item, until: Instant, set: Item): Promise<boolean> => {
    const fields = Object.keys(set);
    const command = new UpdateItemCommand({
      TableName: t.name,
      Key: toItem(key),
      UpdateExpression: `SET ${fields.map((field) => `#${field} = :${field}`).join(', ')}`,
      ConditionExpression: '#until = :mine AND attribute_not_exists(answer)',
      ExpressionAttributeNames: Object.fromEntries(['until', ...fields].map((field) => [`#${field}`, field])),
      ExpressionAttributeValues: toItem({
        ':mine': until,
        ...Object.fromEntries(fields.map((f) => [`:${f}`, set[f]])),
      }),
    });
    return whereCondition(call(name, () => t.client.send(command)));
  };
  return {
    async claim(of, requestHash) {
      const now = clock.now();
      const until = addSeconds(now, claimSeconds);
      const seconds = Math.floor(epochOf(now) / 1000);
      const fresh = { requestHash, since: now, until, expiresAt: seconds + keptSeconds };
      const key = idempotencyKey(of);
      // What is past its day may still be there for two more.
      const put = t.put('claimKey', { ...key, ...own, ...fresh }, 'attribute_not_exists(pk) OR expiresAt < :seconds', {
        ':seconds': seconds,
      });
      if (await whereCondition(put)) return { outcome: 'claimed', since: now, isRerun: false, until };
      const known = await t.get('readKey', key);
      // Given up between the two: whoever sends it again claims it.
      if (!known) return { outcome: 'running' };
      const judged = judge(known, requestHash, now);
      if (judged) return judged;
      const taken = await change('takeKeyOver', key, String(known.until), { until });
      return taken ? { outcome: 'claimed', since: String(known.since), isRerun: true, until } : { outcome: 'running' };
    },
    async answer(of, { until }, answer) {
      await change('answerKey', idempotencyKey(of), until, { answer: JSON.stringify(answer) });
    },
    async release(of, { until }, { undone }) {
      const key = idempotencyKey(of);
      if (!undone) {
        await change('releaseKey', key, until, { until: clock.now() });
        return;
      }
      const command = new DeleteItemCommand({
        TableName: t.name,
        Key: toItem(key),
        ConditionExpression: '#until = :mine',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: toItem({ ':mine': until }),
      });
      await whereCondition(call('releaseKey', () => t.client.send(command)));
    },
  };
}

/** What a key that is there says of a request; undefined: its claim has run out, and nobody answered. */
function judge(known: Item, requestHash: string, now: Instant): Claim | undefined {
  if (known.requestHash !== requestHash) return { outcome: 'reused' };
  if (known.answer !== undefined)
    return { outcome: 'answered', answer: JSON.parse(String(known.answer)) as KeptAnswer };
  return String(known.until) > now ? { outcome: 'running' } : undefined;
}

async function whereCondition(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
