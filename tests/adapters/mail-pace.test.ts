import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SESClient } from '@aws-sdk/client-ses';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoMailPace } from '../../functions/adapters/aws/dynamo-mail-pace.ts';
import { mailPaceKey } from '../../functions/adapters/aws/record-keys.ts';
import { sesMailer } from '../../functions/adapters/aws/ses-mailer.ts';
import { ownMark } from '../../functions/domain/evidence.ts';
import { startRecordsTable } from '../support/records-table.ts';

let table: Awaited<ReturnType<typeof startRecordsTable>>;
beforeAll(async () => {
  table = await startRecordsTable();
});
afterAll(() => table.stop());

/** Senders whose clocks stand still until they sleep: each learns its own instants. */
function senders(count: number, perSecond: number, startAt: number) {
  const { client, tableName } = table;
  const sentAt: number[] = [];
  const one = () => {
    let at = startAt;
    const sleep = async (ms: number) => {
      at += Math.max(0, ms);
    };
    const pace = dynamoMailPace({ client, tableName, perSecond, now: () => at, sleep });
    return async () => {
      await pace.turn();
      sentAt.push(at);
    };
  };
  return { sentAt, all: Array.from({ length: count }, one) };
}

/** The most that any second holds, as SES counts. */
const mostInASecond = (sentAt: readonly number[]) =>
  Math.max(...sentAt.map((start) => sentAt.filter((at) => at >= start && at < start + 1000).length));

test('however many send, no second holds more than the account may send', async () => {
  const { sentAt, all } = senders(8, 14, 1_000_000);
  await Promise.all(
    all.map(async (send) => {
      for (let i = 0; i < 6; i++) await send();
    }),
  );
  expect(sentAt).toHaveLength(48);
  expect(new Set(sentAt).size).toBe(48);
  expect(mostInASecond(sentAt)).toBeLessThanOrEqual(14);
  // And the rate is used: a tenth is given away, no more.
  expect(Math.max(...sentAt) - 1_000_000).toBeLessThan((47 / 14) * 1000 * 1.15);
});

test('a lone email after a rest goes at once', async () => {
  const { sentAt, all } = senders(1, 1, 2_000_000);
  await all[0]?.();
  expect(sentAt).toEqual([2_000_000]);
});

test('a slow rate holds between two senders too', async () => {
  const { sentAt, all } = senders(2, 1, 3_000_000);
  await Promise.all(all.map((send) => send()));
  await Promise.all(all.map((send) => send()));
  expect(mostInASecond(sentAt)).toBe(1);
});

test('a turn that a wrong clock left far ahead holds nobody up', async () => {
  const Item = { pk: { S: mailPaceKey.pk }, sk: { S: mailPaceKey.sk }, nextAt: { N: '9000000000' } };
  await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
  const { sentAt, all } = senders(2, 10, 4_000_000);
  for (const send of all) await send();
  expect(sentAt).toEqual([4_000_000, 4_000_110]);
});

test('where no turn is to be had nothing is sent, and the email is refused for now', async () => {
  const calls: unknown[] = [];
  const client = { send: async (command: unknown) => calls.push(command) } as unknown as SESClient;
  const pace = { turn: () => Promise.reject(new Error('no table')) };
  const mailer = sesMailer({ client, configurationSet: 'c', compose: async () => new Uint8Array(), pace });
  const email = {
    from: { name: 'A', address: 'a@a.example' },
    to: { name: 'B', address: 'b@b.example' },
    ...{ subject: 's', text: 't', html: 'h', language: 'en', attachments: [], tags: {} },
  };
  expect(await mailer.send(email)).toEqual({ outcome: 'refused', permanent: false, code: 'mail.no-turn' });
  expect(calls).toEqual([]);
});

test('the item that all share is marked as our own, so that it wakes no step', async () => {
  const { all } = senders(1, 14, 2_000_000);
  await all[0]?.();
  const { client, tableName } = table;
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: marshall(mailPaceKey) }));
  expect(Item?.[ownMark]).toEqual({ BOOL: true });
});
