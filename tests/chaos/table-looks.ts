import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { deliveryKey } from '../../functions/adapters/aws/record-keys.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';

/** Looks at the table past every way that misbehaves, to see what a fault met. While the table is down: nothing. */
type TableLooks = {
  /** Emails whose sender holds a lease now. */
  leases(): Promise<number>;
  /** Whether evaluate has set an item aside whose key names nobody; its two keys are kept as one. */
  isStraySetAside(sk: string): Promise<boolean>;
  close(): void;
};

/** As many items as one call may ask for. */
const mostAtOnce = 100;

export function tableLooks({ endpoints, tableName }: StackDescription, now: () => number): TableLooks {
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  const store = dynamoStore({ client, tableName });
  const leases = async () => {
    const { items } = await store.listDue('9999-12-31T00:00:00.000Z');
    const keys = items.flatMap(({ deliveryId, ...ref }) => (deliveryId ? [toItem(deliveryKey(ref, deliveryId))] : []));
    if (keys.length === 0) return 0;
    const asked = { [tableName]: { Keys: keys.slice(0, mostAtOnce), ConsistentRead: true } };
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: asked }));
    const deliveries = (Responses?.[tableName] ?? []).map((item) => unmarshall(item));
    return deliveries.filter(({ state, leaseUntil }) => state === 'sending' && Date.parse(leaseUntil) > now()).length;
  };
  const isStraySetAside = async (sk: string) => {
    for (let cursor: string | undefined; ; ) {
      const page = await store.listAside('unknown', cursor);
      if (page.items.some((aside) => aside.sk.endsWith(sk))) return true;
      cursor = page.cursor;
      if (cursor === undefined) return false;
    }
  };
  return {
    leases: () => leases().catch(() => 0),
    isStraySetAside: (sk) => isStraySetAside(sk).catch(() => false),
    close: () => client.destroy(),
  };
}
