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
 * evidence partitions. It reads nothing, and touches no enrollment, pointer, credential, assessment or ledger entry:
 * those lie in other partitions or need other attributes.
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
