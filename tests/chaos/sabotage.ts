import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { deliveryKey, ledgerKey } from '../../functions/adapters/aws/record-keys.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import type { Apprentice } from './histories.ts';

/** What can be broken on purpose, to see that it is noticed. */
export const sabotages = [
  'no-sweep',
  'lost-document',
  'altered-document',
  'edited-ledger',
  'lost-email',
  'stuck-delivery',
] as const;
export type Sabotage = (typeof sabotages)[number];

/** Breaks one thing of what a run left behind, for the first apprentice who has it; `no-sweep` has broken it before. */
export async function sabotageStore(
  how: Sabotage,
  stack: StackDescription,
  apprentices: readonly Apprentice[],
): Promise<void> {
  if (how === 'no-sweep') return;
  const client = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  try {
    const store = dynamoStore({ client, tableName: stack.tableName });
    for (const { ref } of apprentices) {
      const record = await store.readRecord(ref);
      const credential = record?.credentials.find(({ state }) => state === 'issued');
      const delivery = record?.deliveries.find(
        ({ deliveryId, state }) => deliveryId === credential?.delivery && state === 'delivered',
      );
      if (!record || !credential || !delivery) continue;
      const set = (key: { pk: string; sk: string }, name: string, value: string) =>
        client.send(
          new UpdateItemCommand({
            TableName: stack.tableName,
            Key: toItem(key),
            UpdateExpression: 'SET #name = :value',
            ExpressionAttributeNames: { '#name': name },
            ExpressionAttributeValues: toItem({ ':value': value }),
          }),
        );
      if (how === 'edited-ledger') await set(ledgerKey(ref, record.ledger[1]?.cause ?? ''), 'subject', 'another');
      if (how === 'stuck-delivery') await set(deliveryKey(ref, delivery.deliveryId), 'state', 'queued');
      if (how === 'lost-document') changeDocument(stack, credential.document.key, (file) => rmSync(file.json));
      if (how === 'altered-document')
        changeDocument(stack, credential.document.key, (file) => writeFileSync(file.data, 'altered'));
      if (how === 'lost-email') removeEmail(stack, delivery.deliveryId);
      return;
    }
    throw new Error(`no apprentice has what ${how} breaks`);
  } finally {
    client.destroy();
  }
}

function changeDocument(
  stack: StackDescription,
  key: string,
  change: (file: { json: string; data: string }) => void,
): void {
  const folder = join(stack.dataFolder, 'data/s3', stack.documentsBucket, 'objects');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    const version = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { key: string; dataFile: string };
    if (version.key === key) change({ json: join(folder, name), data: join(folder, version.dataFile) });
  }
}

function removeEmail(stack: StackDescription, deliveryId: string): void {
  const folder = join(stack.dataFolder, 'data/ses/mail');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    const { tags } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { tags: Record<string, string> };
    if (tags.delivery === deliveryId) rmSync(join(folder, name.replace(/json$/, 'eml')));
  }
}
