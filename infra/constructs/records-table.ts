import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The sparse indexes: only items that carry an index's keys are in it. Projections hold what their one reader reads. */
export const indexNames = {
  due: 'due',
  code: 'code',
  list: 'list',
  apprentice: 'apprentice',
  awaiting: 'awaiting',
  trouble: 'trouble',
  lapse: 'lapse',
  issued: 'issued',
  credential: 'credential',
} as const;
export type IndexName = keyof typeof indexNames;

/**
 * The one table. No record in it expires, and no deployment can take it away: `expiresAt` is on the answers alone that
 * are kept for a day for requests that come again.
 */
export function recordsTable(scope: Construct, id: string, encryptionKey: IKey): Table {
  const table = new Table(scope, id, {
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey,
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: 'expiresAt',
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.due,
    partitionKey: text('duePk'),
    sortKey: text('dueAt'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['program', 'enrollment', 'deliveryId', 'kind'],
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.code,
    partitionKey: text('code'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.list,
    partitionKey: text('listPk'),
    sortKey: text('listSk'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['status', 'met', 'lastChangeAt', 'program', 'enrollment'],
  });
  addApiIndexes(table);
  return table;
}

/** What the API looks up, each under the caller's program. Keys that stay cost nothing when the item is written again. */
function addApiIndexes(table: Table): void {
  table.addGlobalSecondaryIndex({
    indexName: indexNames.apprentice,
    partitionKey: text('apprenticePk'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.awaiting,
    partitionKey: text('awaitingPk'),
    sortKey: text('awaitingAt'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.trouble,
    partitionKey: text('troublePk'),
    sortKey: text('troubleAt'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.lapse,
    partitionKey: text('lapsePk'),
    sortKey: text('lapseOn'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.issued,
    partitionKey: text('issuedPk'),
    sortKey: text('issuedAt'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['credentialId', 'achievement', 'state'],
  });
  table.addGlobalSecondaryIndex({
    indexName: indexNames.credential,
    partitionKey: text('credentialPk'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
}
