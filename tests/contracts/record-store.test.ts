import { describe, onTestFinished, test } from 'vitest';
import { canonicalJson } from '../../functions/domain/hash.ts';
import { createRecordsTable, startRecordsTable } from '../support/records-table.ts';
import { missingForDynamodbLocal, startDynamodbLocal } from './dynamodb-local/start.ts';
import { expectSameAnswers, type KnownDifference } from './same-answers.ts';

/** Conditions before the rule that a transaction names no item twice: tests/contracts/README.md says who is right. */
const amazonsOwn: KnownDifference[] = [
  { name: 'commit', simulated: 'fails for good', real: canonicalJson({ outcome: 'conflict' }) },
];

describe('the same calls get the same answers from the simulated table', () => {
  test.each([1, 2, 3, 4, 5])('and from the local stack (seed %i)', async (seed) => {
    const table = await startRecordsTable();
    onTestFinished(table.stop);
    await expectSameAnswers(table, seed);
  });

  const missing = missingForDynamodbLocal();
  test.skipIf(missing !== undefined)(
    `and from Amazon's DynamoDB Local${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    async () => {
      const service = await startDynamodbLocal();
      onTestFinished(service.stop);
      for (const seed of [1, 2, 3])
        await expectSameAnswers(await createRecordsTable(service, `Records-${seed}`), seed, {
          known: amazonsOwn,
          tellsUnchanged: false,
        });
    },
    300_000,
  );
});
