import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';
import { ownMark } from '../../functions/domain/evidence.ts';

const putMs = 2_000;

/**
 * Plain puts of a kilobyte a second, one after another from one client: what the emulator itself takes. They carry our
 * mark: without it each would wake evaluate and be set aside, and the figure would be that of the flow.
 */
export async function plainPutsPerSecond(client: DynamoDBClient, tableName: string): Promise<number> {
  const begun = Date.now();
  let puts = 0;
  for (; Date.now() - begun < putMs; puts++) {
    const Item = toItem({ pk: 'plain#PUTS', sk: String(puts), [ownMark]: true, filling: 'x'.repeat(900) });
    await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
  return Math.round(puts / ((Date.now() - begun) / 1000));
}
