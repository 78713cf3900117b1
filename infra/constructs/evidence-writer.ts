import { Aws } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import contract from '../../data/schemas/evidence.1.json' with { type: 'json' };
import { dataKeyThrough } from './step.ts';

/** What an item of submitted evidence may hold: its keys, and the fields of the public contract. */
const submissionAttributes = ['pk', 'sk', ...Object.keys(contract.properties)].sort();

/**
 * For the role of another system that submits evidence for one program: it may put submissions into that program's
 * evidence partitions. It reads nothing and can neither touch an enrollment, a pointer, a credential or the ledger
 * (other partitions) nor write an assessment or a withdrawal (other attributes). IAM knows no sort keys: it can put a
 * submission over such an item, which then no longer counts. So it can spoil what it submits for, never sign it off;
 * the ledger shows it, and the requirement waits until it is assessed again.
 */
export function evidenceWriterPolicy(scope: Construct, id: string, program: string, table: Table, key: IKey) {
  return new ManagedPolicy(scope, id, {
    description: `Journeypaper: submit evidence for ${program}`,
    statements: [
      new PolicyStatement({
        sid: 'SubmitEvidence',
        actions: ['dynamodb:PutItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${program}#EVIDENCE#*`] },
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': submissionAttributes },
          // "For all values" holds of none at all: they must be there.
          Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
          // The item that was there before is not for this role to see.
          StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
        },
      }),
      new PolicyStatement(dataKeyThrough(key, ['dynamodb'], Aws.REGION)),
    ],
  });
}
