import { describe, expect, test } from 'vitest';
import { statementsOf } from './statements.ts';
import { deployedStack, flat } from './synthesised.ts';

const stack = deployedStack();
const statements = statementsOf(stack);

describe('everything at rest is encrypted by a key of ours', () => {
  test('the table', () => {
    type Table = { SSESpecification: { SSEEnabled: boolean; SSEType: string; KMSMasterKeyId: unknown } };
    for (const [, { Properties }] of stack.ofType<Table>('AWS::DynamoDB::Table')) {
      expect(Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
      expect(flat(Properties.SSESpecification.KMSMasterKeyId)).toBe('DataKey.Arn');
    }
  });

  test('queues, topics and logs', () => {
    for (const [, { Properties }] of stack.ofType<{ KmsMasterKeyId: unknown }>('AWS::SQS::Queue')) {
      expect(flat(Properties.KmsMasterKeyId)).toBe('DataKey.Arn');
    }
    for (const [, { Properties }] of stack.ofType<{ KmsMasterKeyId: unknown }>('AWS::SNS::Topic')) {
      expect(flat(Properties.KmsMasterKeyId)).toContain('NotificationKey');
    }
    const logs = stack.ofType<{ KmsKeyId: unknown; RetentionInDays: number }>('AWS::Logs::LogGroup');
    expect(logs).toHaveLength(8);
    for (const [, { Properties }] of logs) {
      expect(flat(Properties.KmsKeyId)).toBe('DataKey.Arn');
      expect(Properties.RetentionInDays).toBe(365);
    }
  });

  test('buckets, but for access logs, which S3 writes only under its own key', () => {
    type Bucket = { BucketEncryption: { ServerSideEncryptionConfiguration: unknown[] } };
    const found = stack.ofType<Bucket>('AWS::S3::Bucket').map(([id, { Properties }]) => {
      const text = JSON.stringify(Properties.BucketEncryption);
      return [id, text.includes('DataKey') ? 'ours' : text.includes('AES256') ? 's3' : 'none'];
    });
    expect(Object.fromEntries(found)).toEqual({
      Documents: 'ours',
      FailedBatches: 'ours',
      Checkpoints: 'ours',
      Exports: 'ours',
      AccessLogs: 's3',
    });
  });

  test('keys rotate, and those that sign do so with P-256', () => {
    type Key = { EnableKeyRotation?: boolean; KeySpec?: string; KeyUsage?: string };
    const keys = Object.fromEntries(stack.ofType<Key>('AWS::KMS::Key').map(([id, r]) => [id, r.Properties]));
    expect(keys.DataKey?.EnableKeyRotation).toBe(true);
    expect(keys.NotificationKey?.EnableKeyRotation).toBe(true);
    expect(keys.SigningKey).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    expect(keys.LedgerKey).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  });

  test("SES and CloudWatch cannot use the key over people's records", () => {
    const services = statements.filter((s) => s.policy === 'DataKey').map((s) => JSON.stringify(s.principal));
    expect(services.join()).not.toMatch(/ses\.|cloudwatch\./);
    for (const s of statements.filter(
      (s) => s.policy === 'DataKey' && JSON.stringify(s.principal).includes('Service'),
    )) {
      expect(Object.keys(s.condition)).not.toEqual([]);
    }
  });
});

describe('everything on the way is on TLS', () => {
  const denied = (policyType: string) =>
    statements
      .filter((s) => s.type === policyType && !s.allow && s.condition.Bool?.['aws:SecureTransport'] === 'false')
      .flatMap((s) => s.resources);

  test.each([
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', (id: string) => `${id}.Arn`],
    ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', (id: string) => `${id}.Arn`],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', (id: string) => id],
  ])('every %s refuses plain HTTP', (type, policyType, arn) => {
    const all = stack.ofType(type).map(([id]) => arn(id));
    expect(all.length).toBeGreaterThan(0);
    expect(denied(policyType)).toEqual(expect.arrayContaining(all));
  });

  test('mail leaves over TLS or not at all, and nobody is tracked', () => {
    type Set = { DeliveryOptions: { TlsPolicy: string }; TrackingOptions?: unknown };
    const [[, set] = []] = stack.ofType<Set>('AWS::SES::ConfigurationSet');
    expect(set?.Properties.DeliveryOptions.TlsPolicy).toBe('REQUIRE');
    expect(set?.Properties.TrackingOptions).toBeUndefined();
  });
});

describe('nothing can be lost or opened by a deployment', () => {
  test('table, keys and buckets stay when the stack goes', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket']) {
      for (const [, { DeletionPolicy, UpdateReplacePolicy }] of stack.ofType(type)) {
        expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
      }
    }
  });

  test('the table has recovery to any second, protection from deletion, and lets no record expire', () => {
    const [[, table] = []] = stack.ofType<Record<string, unknown>>('AWS::DynamoDB::Table');
    expect(table?.Properties).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    // Only answers to requests that may come again carry it: `dynamo-idempotency.ts`.
    expect(table?.Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });

  test('documents can be locked one by one; only what was never committed goes by itself', () => {
    type Bucket = { LifecycleConfiguration: { Rules: Record<string, unknown>[] } } & Record<string, unknown>;
    const documents = stack.ofType<Bucket>('AWS::S3::Bucket').find(([id]) => id === 'Documents')?.[1].Properties;
    expect(documents?.ObjectLockEnabled).toBe(true);
    expect(documents?.ObjectLockConfiguration).toBeUndefined();
    expect(documents?.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    const expiring = documents?.LifecycleConfiguration.Rules.filter(
      (r) => 'ExpirationInDays' in r || 'NoncurrentVersionExpiration' in r,
    );
    expect(expiring).toEqual([
      expect.objectContaining({ ExpirationInDays: 30, TagFilters: [{ Key: 'commit', Value: 'pending' }] }),
    ]);
  });

  test('checkpoints are locked one by one, every version stays, and none goes by itself', () => {
    type Bucket = { LifecycleConfiguration: { Rules: Record<string, unknown>[] } } & Record<string, unknown>;
    const bucket = stack.ofType<Bucket>('AWS::S3::Bucket').find(([id]) => id === 'Checkpoints')?.[1].Properties;
    expect(bucket?.ObjectLockEnabled).toBe(true);
    expect(bucket?.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    const rules = bucket?.LifecycleConfiguration.Rules ?? [];
    expect(rules.flatMap((rule) => Object.keys(rule)).filter((key) => /Expir/.test(key))).toEqual([]);
    expect(JSON.stringify(bucket?.LoggingConfiguration)).toContain('checkpoints/');
  });

  test('bundles go after a week, whole or in parts, and are locked for nobody', () => {
    type Bucket = { LifecycleConfiguration: { Rules: Record<string, unknown>[] } } & Record<string, unknown>;
    const bucket = stack.ofType<Bucket>('AWS::S3::Bucket').find(([id]) => id === 'Exports')?.[1].Properties;
    expect(bucket?.ObjectLockEnabled).toBeUndefined();
    expect(bucket?.VersioningConfiguration).toBeUndefined();
    expect(bucket?.LifecycleConfiguration.Rules).toEqual([
      { Id: 'one-week', Status: 'Enabled', ExpirationInDays: 7 },
      { Id: 'abandoned-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ]);
    expect(JSON.stringify(bucket?.LoggingConfiguration)).toContain('exports/');
  });

  test('no bucket can be made public', () => {
    for (const [, { Properties }] of stack.ofType<Record<string, unknown>>('AWS::S3::Bucket')) {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.AccessControl).toBeUndefined();
    }
  });

  test('no function can be called from outside, but the API through its own gateway', () => {
    const permissions = stack.ofType<Record<string, unknown>>('AWS::Lambda::Permission');
    expect(permissions.map(([, r]) => [flat(r.Properties.FunctionName), r.Properties.Principal])).toEqual([
      ['ApiFunction.Arn', 'apigateway.amazonaws.com'],
    ]);
    expect(permissions.map(([, r]) => flat(r.Properties.SourceArn))).toEqual([
      'arn:Partition:execute-api:Region:AccountId:HttpApi/*/*',
    ]);
    expect(stack.ofType('AWS::Lambda::Url')).toEqual([]);
  });
});
