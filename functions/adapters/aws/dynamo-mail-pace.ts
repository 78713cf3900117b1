import { setTimeout as pause } from 'node:timers/promises';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ownMark } from '../../domain/evidence.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { MailPace } from '../../ports/mail-pace.ts';
import { toItem } from './commit-items.ts';
import { isConditionFailure, toAdapterError } from './dynamo-errors.ts';
import { mailPaceKey } from './record-keys.ts';

type Options = {
  client: DynamoDBClient;
  tableName: string;
  /** The account's maximum send rate, emails a second: SES counts it in any second, over all that send. */
  perSecond: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
};

/** A turn further ahead than this is a mistake (a clock that was wrong): it is taken back. The settings keep below it. */
export const longestWaitSeconds = 10;
const maxTries = 20;

/**
 * One bucket for everybody who sends from this table, as one item that holds when the next email may go: each sender takes that instant
 * for its own by one conditional write and leaves the next. However many containers send, and however they come and
 * go, their emails stay apart; a turn that a crash wastes is lost, and nothing else. Two deployments in one account share
 * its rate between their settings.
 */
export function dynamoMailPace({ client, tableName, perSecond, now = Date.now, sleep = pause }: Options): MailPace {
  // A tenth slower than allowed: two sends may come closer together than their turns, by what the way to SES takes.
  const interval = Math.ceil(1100 / perSecond);
  const update = async (set: string, condition: string, values: Record<string, number>) => {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: toItem(mailPaceKey),
      UpdateExpression: `SET nextAt = ${set}, #own = :own`,
      ExpressionAttributeNames: { '#own': ownMark },
      ConditionExpression: condition,
      ExpressionAttributeValues: toItem({ ...values, ':own': true }),
      ReturnValues: 'UPDATED_OLD',
    });
    try {
      const { Attributes } = await client.send(command);
      return { taken: true as const, nextAt: Number(unmarshall(Attributes ?? {}).nextAt ?? 0) };
    } catch (error) {
      if (isConditionFailure(error)) return { taken: false as const };
      throw toAdapterError('mailPace', error);
    }
  };
  return {
    async turn() {
      for (let tries = 0; tries < maxTries; tries++) {
        const at = now();
        const bounds = { ':now': at, ':latest': at + longestWaitSeconds * 1000 };
        const busy = await update('nextAt + :interval', 'nextAt BETWEEN :now AND :latest', {
          ...bounds,
          ':interval': interval,
        });
        if (busy.taken) {
          await sleep(busy.nextAt - now());
          return;
        }
        const idle = await update(':after', 'attribute_not_exists(pk) OR NOT (nextAt BETWEEN :now AND :latest)', {
          ...bounds,
          ':after': at + interval,
        });
        if (idle.taken) return;
      }
      throw new AdapterError('mail.pace', 'no turn to send was to be had', { retryable: true });
    },
  };
}
