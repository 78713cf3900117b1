import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  ArnPrincipal,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Step } from './step.ts';

const rotating = { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN };

/** What a service needs of a key to put an encrypted message somewhere. */
export const sealing = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Encrypts everything about people: table, queues, documents, logs. Roles are let in by their own policies. */
export function dataKey(scope: Construct, id: string): Key {
  const key = new Key(scope, id, { ...rotating, description: 'Journeypaper: records, messages, documents and logs' });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogsOfThisStack',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:DescribeKey', ...sealing],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:/${Stack.of(scope).stackName}/*`,
        },
      },
    }),
  );
  return key;
}

/**
 * Encrypts the two topics. A key of its own, since SES and CloudWatch must be let in and set no condition key that
 * would hold them to this account: the key over people's records stays closed to them.
 */
export function notificationKey(scope: Construct, id: string): Key {
  const key = new Key(scope, id, { ...rotating, description: 'Journeypaper: mail events and alarms in flight' });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'PublishersIntoTopics',
      principals: [new ServicePrincipal('ses.amazonaws.com'), new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: sealing,
      resources: ['*'],
    }),
  );
  return key;
}

/** Everything but signing: what an administrator, and CloudFormation in that name, may do with the signing key. */
const administration = [
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:GetPublicKey',
  'kms:ListAliases',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
  'kms:Verify',
];

/**
 * Signs credentials. Its own policy leaves signing out of what the account may do with it, so that no policy elsewhere
 * can grant it: only a role named by `letSign` may sign, and whoever changes that is seen in CloudTrail.
 */
export function signingKey(scope: Construct, id: string): Key {
  return p256Key(scope, id, 'Journeypaper: signs credentials');
}

/** Signs checkpoints and audit bundles, under the same rules; a key of its own, since a stranger trusts it for other things. */
export function ledgerKey(scope: Construct, id: string): Key {
  return p256Key(scope, id, 'Journeypaper: signs checkpoints of the ledgers, and audit bundles');
}

function p256Key(scope: Construct, id: string, description: string): Key {
  const everybody = new PolicyStatement({
    sid: 'Administration',
    principals: [new AccountRootPrincipal()],
    actions: administration,
    resources: ['*'],
  });
  return new Key(scope, id, {
    description,
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    // Everything that it ever signed is checked against it.
    removalPolicy: RemovalPolicy.RETAIN,
    policy: new PolicyDocument({ statements: [everybody] }),
  });
}

/** The one way of signing: `functions/adapters/aws/kms-signer.ts` asks for this algorithm and no other. */
const signing = {
  sid: 'Sign',
  actions: ['kms:Sign'],
  conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
};

/** Lets a step sign: the key names its role, and its role names the key. It may read the public half too. */
export function letSign(key: Key, step: Step): void {
  const signer = [new ArnPrincipal(step.role.roleArn)];
  key.addToResourcePolicy(new PolicyStatement({ ...signing, principals: signer, resources: ['*'] }));
  step.allow(
    { ...signing, resources: [key.keyArn] },
    // Apart from signing, whose condition names a part of the call that this one does not have.
    { sid: 'PublicKey', actions: ['kms:GetPublicKey'], resources: [key.keyArn] },
  );
}

/**
 * Lets a person sign: a request for the signing key's certificate, or an audit bundle with the ledger's key. KMS cannot
 * tell one content from another: whoever is named here may sign anything, so a deployment names somebody for an hour
 * and not for good.
 */
export function letPerson(key: Key, sid: string, arn: string): void {
  const person = { ...signing, sid, principals: [new ArnPrincipal(arn)], resources: ['*'] };
  key.addToResourcePolicy(new PolicyStatement(person));
}
