import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bundleDays } from '../../functions/domain/export-job.ts';

const closed: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
};
/** A bucket key saves a call to KMS for every object. */
const underKey = (encryptionKey: IKey) => ({
  encryption: BucketEncryption.KMS,
  encryptionKey,
  bucketKeyEnabled: true,
});
const abandoned = { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) };

/** Who asked for which object, of all other buckets. */
export function accessLogsBucket(scope: Construct, id: string): IBucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    // S3 writes its access logs only into buckets under its own key: a customer key silently stops them.
    encryption: BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ id: 'one-year', expiration: Duration.days(365) }, abandoned],
  });
  // The library's own types disagree on an optional property that is explicitly undefined.
  return bucket as IBucket;
}

/**
 * Certificates. Each is locked by itself, once its commit stands (governance mode, so that erasure by law stays
 * possible); a default retention would lock what was never committed. What was not is tagged, and goes after a month.
 */
export function documentsBucket(scope: Construct, id: string, key: IKey, accessLogs: IBucket): Bucket {
  return new Bucket(scope, id, {
    ...closed,
    ...underKey(key),
    versioned: true,
    objectLockEnabled: true,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'documents/',
    lifecycleRules: [
      {
        id: 'never-committed',
        tagFilters: { commit: 'pending' },
        expiration: Duration.days(30),
        noncurrentVersionExpiration: Duration.days(1),
      },
      { ...abandoned, id: 'delete-markers', expiredObjectDeleteMarker: true },
    ],
  });
}

/**
 * Signed checkpoints of the ledgers. Each is locked as it is stored, in compliance mode: not even the account's root
 * user removes one before its time. Nothing here goes by itself, what is past its lock neither.
 */
export function checkpointsBucket(scope: Construct, id: string, key: IKey, accessLogs: IBucket): Bucket {
  return new Bucket(scope, id, {
    ...closed,
    ...underKey(key),
    versioned: true,
    objectLockEnabled: true,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'checkpoints/',
    lifecycleRules: [abandoned],
  });
}

/**
 * Audit bundles, for a week: each can be made again. Whoever fetches one gets an address for it by name, good for five
 * minutes.
 */
export function exportsBucket(scope: Construct, id: string, key: IKey, accessLogs: IBucket): Bucket {
  return new Bucket(scope, id, {
    ...closed,
    ...underKey(key),
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'exports/',
    lifecycleRules: [{ id: 'one-week', expiration: Duration.days(bundleDays) }, abandoned],
  });
}

/** Stream batches that evaluate could not take, whole. Sweep hands them back; what stays is there for three months. */
export function failedBatchesBucket(scope: Construct, id: string, key: IKey, accessLogs: IBucket): Bucket {
  return new Bucket(scope, id, {
    ...closed,
    ...underKey(key),
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'failed-batches/',
    lifecycleRules: [{ id: 'three-months', expiration: Duration.days(90) }, abandoned],
  });
}
