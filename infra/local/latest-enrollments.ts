import type { DynamoStoreOptions } from '../../functions/adapters/aws/dynamo-store.ts';
import { table } from '../../functions/adapters/aws/dynamo-table.ts';
import { listPartition, refOfPartition } from '../../functions/adapters/aws/record-keys.ts';
import { enrollmentStatusSchema } from '../../functions/domain/enrollment.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';

/** Of each status: somebody may have several. */
const perStatus = 24;

/**
 * Reads a program's enrollments, of every status, whose records changed last: the latest first. A request a status. The
 * record store lists from the other end, which the steps want.
 */
export function latestEnrollments(options: DynamoStoreOptions): (program: string) => Promise<EnrollmentRef[]> {
  const records = table(options);
  const shape = {
    IndexName: 'list',
    KeyConditionExpression: 'listPk = :pk',
    Limit: perStatus,
    ScanIndexForward: false,
  };
  return async (program) => {
    const pages = await Promise.all(
      enrollmentStatusSchema.options.map((status) =>
        records.query('latestEnrollments', shape, { ':pk': listPartition(program, status) }),
      ),
    );
    return pages
      .flatMap(({ items }) => items)
      .sort((a, b) => (String(a.lastChangeAt) > String(b.lastChangeAt) ? -1 : 1))
      .map(({ pk }) => refOfPartition(String(pk)));
  };
}
