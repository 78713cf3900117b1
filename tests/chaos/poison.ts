import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';
import { enrollmentItem } from '../../functions/adapters/aws/enrollment-codec.ts';
import { emptyChain } from '../../functions/domain/audit.ts';
import { evidencePartition } from '../../functions/domain/evidence.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { newEnrollment, submission } from '../support/small-world.ts';

/**
 * Evidence of an enrollment that nobody can evaluate: its framework was never published. It fails as often as it is
 * tried, at the head of the shard, with its neighbours behind it. Beside it an item whose key names nobody.
 */
export async function writePoison(stack: StackDescription, id: string, nowMs: number): Promise<void> {
  const client = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  const ref = { program: 'harbor', enrollment: id };
  const now = instantOf(nowMs);
  const enrollment = newEnrollment({
    ...ref,
    framework: { id: 'never-published', version: '1', hash: '0'.repeat(64) },
    chain: emptyChain(ref, now),
    lastChangeAt: now,
  });
  const { schema, requirement, evidence, attestation, submittedBy } = submission('engage-1', 'first', now.slice(0, 10));
  const pk = evidencePartition(ref);
  const items = [
    enrollmentItem(enrollment),
    { pk, sk: `EVIDENCE#${requirement}#${evidence}`, schema, ...ref, requirement, evidence, attestation, submittedBy },
    { pk: 'nobody', sk: `EVIDENCE#${id}`, schema: 7, nested: { deep: [1, null, true] } },
  ];
  try {
    for (const item of items) await client.send(new PutItemCommand({ TableName: stack.tableName, Item: toItem(item) }));
  } finally {
    client.destroy();
  }
}
