import { paginateScan } from '@aws-sdk/client-dynamodb';
import { auditEntrySchema } from '../../domain/audit.ts';
import { credentialSchema } from '../../domain/credential.ts';
import { deliverySchema } from '../../domain/delivery.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import type { InspectedRecord, RecordInspection } from '../../ports/inspection.ts';
import { credentialItem, deliveryItem, toItem } from './commit-items.ts';
import { toAdapterError } from './dynamo-errors.ts';
import type { DynamoStoreOptions } from './dynamo-store.ts';
import { type Item, table } from './dynamo-table.ts';
import { enrollmentIndexAttributes, enrollmentItem, parseEnrollmentItem } from './enrollment-codec.ts';
import { bare, enrollmentPartition } from './record-keys.ts';

const marker = '#ENROLLMENT#';
const indexAttributes = [...enrollmentIndexAttributes, 'issuedPk', 'credentialPk', 'kind'];

/** The Records table as it is: scanned past its indexes, and each item read for itself. */
export function dynamoInspection(options: DynamoStoreOptions): RecordInspection {
  const t = table(options);
  return {
    async *enrollments(program) {
      const prefix = program === undefined ? marker : `${program}${marker}`;
      const pages = paginateScan(
        { client: t.client },
        {
          TableName: t.name,
          ConsistentRead: true,
          ProjectionExpression: 'pk',
          FilterExpression: program === undefined ? 'contains(pk, :prefix)' : 'begins_with(pk, :prefix)',
          ExpressionAttributeValues: toItem({ ':prefix': prefix }),
        },
      );
      // A partition's items come one after another.
      let last = '';
      try {
        for await (const { Items = [] } of pages) {
          for (const { pk } of Items) {
            if (pk?.S === last) continue;
            last = pk?.S ?? '';
            const ref = refOf(last);
            if (ref) yield ref;
          }
        }
      } catch (error) {
        throw toAdapterError('scan', error);
      }
    },

    async inspect(ref) {
      const shape = { KeyConditionExpression: 'pk = :pk', ConsistentRead: true };
      return inspected(await t.queryAll('inspect', shape, { ':pk': enrollmentPartition(ref) }));
    },
  };
}

function refOf(pk: string): EnrollmentRef | undefined {
  const [program, kind, enrollment, ...rest] = pk.split('#');
  if (kind !== 'ENROLLMENT' || !program || !enrollment || rest.length > 0) return undefined;
  return { program, enrollment };
}

function inspected(items: readonly Item[]): InspectedRecord {
  const record: InspectedRecord = { credentials: [], deliveries: [], ledger: [], unreadable: [], misindexed: [] };
  for (const item of items) {
    const sk = String(item.sk);
    try {
      if (sk === 'ENROLLMENT') {
        record.enrollment = parseEnrollmentItem(item);
        noteIndex(record, item, enrollmentItem(record.enrollment));
      } else if (sk.startsWith('CREDENTIAL#')) {
        const credential = credentialSchema.parse(bare(item));
        record.credentials.push(credential);
        noteIndex(record, item, credentialItem(credential));
      } else if (sk.startsWith('DELIVERY#')) {
        const delivery = deliverySchema.parse(bare(item));
        record.deliveries.push(delivery);
        noteIndex(record, item, deliveryItem(delivery));
      } else if (sk.startsWith('LEDGER#')) record.ledger.push(auditEntrySchema.parse(bare(item)));
      else record.unreadable.push(sk);
    } catch {
      record.unreadable.push(sk);
    }
  }
  return record;
}

function noteIndex(record: InspectedRecord, item: Item, expected: Item): void {
  if (indexAttributes.some((name) => item[name] !== expected[name])) record.misindexed.push(String(item.sk));
}
