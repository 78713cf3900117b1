import { addDeleteMarker } from './s3-objects.ts';
import type { Bucket, BucketStore, ObjectVersion } from './s3-store.ts';

/** Objects that go by themselves. */
export interface ExpirationRule {
  bucket: string;
  /** Only objects that carry this tag. */
  tag?: { key: string; value: string };
  prefix?: string;
  /** Days after which the current version expires: it is deleted, or in a versioned bucket hidden by a delete marker; none: never. */
  afterDays?: number;
  /** Days after which a version that is no longer current is deleted for good; none: never. */
  noncurrentAfterDays?: number;
  /** Days after which an upload in parts that nobody completed is aborted; none: never. */
  uploadsAfterDays?: number;
}

const dayMs = 86_400_000;

/**
 * Applies the rules once. A version under retention stays, whatever a rule says.
 *
 * @param now milliseconds since 1970
 * @returns how many objects it deleted or hid, and uploads it aborted
 */
export async function expireObjects(store: BucketStore, rules: ExpirationRule[], now: number): Promise<number> {
  let expired = 0;
  for (const rule of rules) {
    const bucket = store.find(rule.bucket);
    if (!bucket) continue;
    expired += await abortUploads(bucket, rule, now);
    for (const version of bucket.versions().filter((each) => applies(rule, each))) {
      const isCurrent = bucket.find(version.key) === version;
      const days = (isCurrent ? rule.afterDays : rule.noncurrentAfterDays) ?? Number.POSITIVE_INFINITY;
      const isDue = version.dataFile !== undefined && Date.parse(version.lastModified) + days * dayMs <= now;
      const isLocked = version.retention !== undefined && Date.parse(version.retention.retainUntil) > now;
      if (!isDue || (isLocked && !(isCurrent && bucket.settings.versioned))) continue;
      await bucket.exclusively(version.key, async () => {
        // It may have been tagged otherwise, locked or replaced while others had their turn.
        if (!applies(rule, version) || (bucket.find(version.key) === version) !== isCurrent) return;
        if (isCurrent && bucket.settings.versioned) await addDeleteMarker(bucket, version.key);
        else await bucket.remove(version);
        expired += 1;
      });
    }
  }
  return expired;
}

async function abortUploads(
  { uploads }: Bucket,
  { uploadsAfterDays, prefix }: ExpirationRule,
  now: number,
): Promise<number> {
  if (uploadsAfterDays === undefined) return 0;
  const due = uploads
    .all()
    .filter(
      ({ key, startedAt }) => key.startsWith(prefix ?? '') && Date.parse(startedAt) + uploadsAfterDays * dayMs <= now,
    );
  for (const { id } of due) await uploads.remove(id);
  return due.length;
}

function applies({ tag, prefix }: ExpirationRule, version: ObjectVersion): boolean {
  return version.key.startsWith(prefix ?? '') && (!tag || version.tags[tag.key] === tag.value);
}
