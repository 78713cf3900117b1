import * as z from 'zod';
import type { KeyDeclaration } from '../services/kms-keys.ts';
import type { ExpirationRule } from '../services/s3-lifecycle.ts';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { readProperties } from './read-properties.ts';

export interface TablePlan {
  name: string;
  /** A CreateTable request. */
  createTable: Record<string, unknown>;
  ttlAttribute?: string;
}

export interface QueuePlan {
  logicalId: string;
  name: string;
  url: string;
  arn: string;
  /** CreateQueue attributes. */
  attributes: Record<string, string>;
  visibilityTimeoutSeconds: number;
  /** ARN of the queue that takes what fails too often. */
  deadLetters?: string;
}

export interface BucketPlan {
  name: string;
  arn: string;
  versioned: boolean;
  objectLock: boolean;
  expiration: ExpirationRule[];
}

const tableSchema = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  GlobalSecondaryIndexes: z
    .array(z.strictObject({ IndexName: z.string(), KeySchema: z.array(z.unknown()), Projection: z.unknown() }))
    .optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  StreamSpecification: z
    .strictObject({ StreamViewType: z.enum(['NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY']) })
    .optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

export function planTable({ ref, properties }: Planned): TablePlan {
  const {
    TimeToLiveSpecification: ttl,
    StreamSpecification: stream,
    ...table
  } = readProperties(tableSchema, properties);
  return {
    name: ref,
    createTable: {
      ...table,
      TableName: ref,
      ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
    },
    ...(ttl?.Enabled && { ttlAttribute: ttl.AttributeName }),
  };
}

const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: z.number().default(30),
  DelaySeconds: z.number().optional(),
  MessageRetentionPeriod: z.number().optional(),
  ReceiveMessageWaitTimeSeconds: z.number().optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }).optional(),
});

export function planQueue({ logicalId, ref, attributes, properties }: Planned): QueuePlan {
  const { QueueName: _, VisibilityTimeout, RedrivePolicy, ...plain } = readProperties(queueSchema, properties);
  return {
    logicalId,
    name: attributes.QueueName ?? '',
    url: ref,
    arn: attributes.Arn ?? '',
    attributes: {
      ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)])),
      VisibilityTimeout: String(VisibilityTimeout),
      ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    },
    visibilityTimeoutSeconds: VisibilityTimeout,
    ...(RedrivePolicy && { deadLetters: RedrivePolicy.deadLetterTargetArn }),
  };
}

const ruleSchema = z.strictObject({
  Id: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  TagFilters: z
    .array(z.strictObject({ Key: z.string(), Value: z.string() }))
    .max(1, 'one tag at most is known here')
    .optional(),
  ExpirationInDays: z.number().optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: z.number() }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: z.number() }).optional(),
  // The local store keeps a delete marker for nothing.
  ExpiredObjectDeleteMarker: z.unknown().optional(),
});

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  ObjectLockEnabled: z.boolean().default(false),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(ruleSchema) }).optional(),
});

export function planBucket({ ref, attributes, properties }: Planned): BucketPlan {
  const bucket = readProperties(bucketSchema, properties);
  const rules = bucket.LifecycleConfiguration?.Rules ?? [];
  return {
    name: ref,
    arn: attributes.Arn ?? '',
    versioned: bucket.VersioningConfiguration?.Status === 'Enabled',
    objectLock: bucket.ObjectLockEnabled,
    expiration: rules.flatMap((rule) => {
      const uploads = rule.AbortIncompleteMultipartUpload;
      if (rule.Status === 'Disabled' || (rule.ExpirationInDays === undefined && !uploads)) return [];
      const [tag] = rule.TagFilters ?? [];
      return [
        {
          bucket: ref,
          ...(rule.ExpirationInDays !== undefined && { afterDays: rule.ExpirationInDays }),
          ...(uploads && { uploadsAfterDays: uploads.DaysAfterInitiation }),
          ...(tag && { tag: { key: tag.Key, value: tag.Value } }),
          ...(rule.Prefix !== undefined && { prefix: rule.Prefix }),
          ...(rule.NoncurrentVersionExpiration && {
            noncurrentAfterDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
          }),
        },
      ];
    }),
  };
}

const keySchema = z.strictObject({
  KeySpec: z.enum(['ECC_NIST_P256', 'SYMMETRIC_DEFAULT']).default('SYMMETRIC_DEFAULT'),
  KeyUsage: z.enum(['SIGN_VERIFY', 'ENCRYPT_DECRYPT']).default('ENCRYPT_DECRYPT'),
});

export function planKey({ ref, attributes, properties }: Planned, resources: Planned[]): KeyDeclaration {
  const { KeySpec, KeyUsage } = readProperties(keySchema, properties);
  if ((KeySpec === 'ECC_NIST_P256') !== (KeyUsage === 'SIGN_VERIFY'))
    throw new Unresolved(`${KeySpec} for ${KeyUsage} is not known here`);
  const aliases = resources.filter(
    ({ type, properties: alias }) =>
      type === 'AWS::KMS::Alias' && (alias.TargetKeyId === ref || alias.TargetKeyId === attributes.Arn),
  );
  if (aliases.length > 1) throw new Unresolved('more than one alias is not known here');
  const [alias] = aliases;
  return { id: ref, spec: KeySpec, ...(alias && { alias: alias.ref }) };
}
