import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IndexName, indexNames } from './records-table.ts';
import type { Step } from './step.ts';

/** Which items, as patterns of the partition keys that `functions/adapters/aws/record-keys.ts` makes. */
const partitions = {
  enrollments: '*#ENROLLMENT#*',
  evidence: '*#EVIDENCE#*',
  programs: '*#PROGRAM',
  frameworks: 'FRAMEWORK#*',
  asides: '*#ASIDE',
  /** Who read what. */
  access: '*#ACCESS',
  /** Bundles that were asked for. */
  exports: '*#EXPORT',
  mailPace: 'MAIL#PACE',
  /** What was answered to a request that may come again; the only items that expire. */
  idempotency: '*#IDEMPOTENCY',
} as const;
type Partition = keyof typeof partitions;

export type TableAccess = {
  /** Items read one by one. */
  get?: readonly Partition[];
  /** Items read many at once. */
  getMany?: readonly Partition[];
  query?: readonly Partition[];
  indexes?: readonly IndexName[];
  /** Put and updated, alone or in a transaction. */
  write?: readonly Partition[];
  remove?: readonly Partition[];
};

/**
 * What a function may do with the table, by the partitions it works on: no step writes evidence, whose authors are the
 * API and other systems, and the two that handle email cannot read it. A transaction is allowed by its parts.
 */
export function allowTable(step: Step, table: Table, access: TableAccess): void {
  const on = (sid: string, actions: string[], of: readonly Partition[] | undefined) => {
    if (!of) return;
    step.allow({
      sid,
      actions,
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': of.map((name) => partitions[name]) } },
    });
  };
  on('ReadItems', ['dynamodb:GetItem'], access.get);
  on('ReadManyItems', ['dynamodb:BatchGetItem'], access.getMany);
  on('QueryItems', ['dynamodb:Query'], access.query);
  on('WriteItems', ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'], access.write);
  on('RemoveItems', ['dynamodb:DeleteItem'], access.remove);
  if (access.indexes) {
    const resources = access.indexes.map((name) => `${table.tableArn}/index/${indexNames[name]}`);
    step.allow({ sid: 'QueryIndexes', actions: ['dynamodb:Query'], resources });
  }
}
