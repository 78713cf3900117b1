import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readKept } from '../kept-file.ts';
import { openFolder, writeDurably } from './durable-file.ts';
import type { Retention } from './s3-retention.ts';
import { openUploads, type Uploads } from './s3-uploads.ts';

export interface BucketSettings {
  /** Keeps every version. Object Lock implies it, as on AWS. */
  versioned: boolean;
  objectLock: boolean;
}

/** What a caller puts beside the bytes. */
export interface ObjectAttributes {
  contentType: string;
  /** `x-amz-meta-…` without the prefix. */
  metadata: Record<string, string>;
  /** Headers to give back as they came: cache-control, content-disposition, encryption… */
  headers: Record<string, string>;
  /** Header name without `x-amz-checksum-` → value. */
  checksums: Record<string, string>;
  tags: Record<string, string>;
  retention?: Retention | undefined;
}

/** One version of one object, or a delete marker (no `dataFile`). Also what its `.json` file holds. */
export interface ObjectVersion extends ObjectAttributes {
  key: string;
  versionId: string;
  /** Grows with time: the highest of a key is the current version. */
  sequence: string;
  dataFile?: string;
  size: number;
  /** MD5 in hex, no quotes. */
  etag: string;
  /** ISO 8601, UTC. */
  lastModified: string;
}

export interface Bucket {
  name: string;
  settings: BucketSettings;
  /** The current version, or with `versionId` that one. Delete markers are returned too. */
  find(key: string, versionId?: string): ObjectVersion | undefined;
  /** Every key's current version, delete markers left out, in the order of the keys' UTF-8 bytes. */
  list(): ObjectVersion[];
  versions(): ObjectVersion[];
  read(version: ObjectVersion): Promise<Buffer>;
  /** Adds a version, durable when this resolves; in a bucket without versions it replaces the one before. */
  add(
    key: string,
    content: Buffer | AsyncIterable<Uint8Array> | undefined,
    facts: ObjectAttributes & { size: number; etag: string },
  ): Promise<ObjectVersion>;
  change(version: ObjectVersion, changes: Partial<Pick<ObjectVersion, 'tags' | 'retention'>>): Promise<void>;
  remove(version: ObjectVersion): Promise<void>;
  /** What comes in parts. */
  uploads: Uploads;
  /** Runs the work alone among all work on that key: what makes "put if absent" atomic. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export interface BucketStore {
  find(name: string): Bucket | undefined;
  /** Creates it, or changes an existing one's settings. */
  declare(name: string, settings: BucketSettings): Promise<Bucket>;
  all(): Bucket[];
}

/** How a file comes to the disk. */
export type Write = (path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Buckets as folders. A version is `{sequence}.json` beside its data file `{sequence}{extension of the key}`; the JSON, renamed into place, is the commit.
 */
export async function openBucketStore(folder: string, write: Write = writeDurably): Promise<BucketStore> {
  const buckets = new Map<string, Bucket>();
  await openFolder(folder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const settings = await readSettings(join(folder, entry.name));
    if (settings) buckets.set(entry.name, await openBucket(folder, entry.name, settings, write));
  }
  return {
    find: (name) => buckets.get(name),
    all: () => [...buckets.values()],
    async declare(name, settings) {
      const bucket = buckets.get(name) ?? (await openBucket(folder, name, settings, write));
      Object.assign(bucket.settings, settings);
      await write(join(folder, name, 'bucket.json'), `${JSON.stringify(settings)}\n`);
      buckets.set(name, bucket);
      return bucket;
    },
  };
}

async function readSettings(folder: string): Promise<BucketSettings | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'bucket.json'), 'utf8'));
  } catch {
    // A folder that a crash left before the bucket was acknowledged.
    return undefined;
  }
}

async function openBucket(root: string, name: string, settings: BucketSettings, write: Write): Promise<Bucket> {
  const folder = join(root, name, 'objects');
  const byKey = await loadVersions(folder);
  const queues = new Map<string, Promise<unknown>>();
  const fileOf = (version: ObjectVersion) => join(folder, `${version.sequence}.json`);
  const save = (version: ObjectVersion) => write(fileOf(version), JSON.stringify(version));

  const bucket: Bucket = {
    name,
    settings,
    uploads: await openUploads(join(root, name, 'uploads'), write),
    find: (key, versionId) =>
      byKey.get(key)?.find((version) => versionId === undefined || version.versionId === versionId),
    list: () => [...byKey.values()].flatMap(([current]) => (current?.dataFile ? [current] : [])).sort(byKeyBytes),
    versions: () => [...byKey.values()].flat(),
    read: (version) => readFile(join(folder, version.dataFile ?? '')),
    async add(key, content, facts) {
      const sequence = nextSequence();
      const version: ObjectVersion = {
        ...facts,
        key,
        sequence,
        versionId: bucket.settings.versioned ? `${sequence}${randomBytes(8).toString('hex')}` : 'null',
        lastModified: new Date().toISOString(),
        ...(content ? { dataFile: `${sequence}${safeExtension(key)}` } : {}),
      };
      if (content) await write(join(folder, version.dataFile ?? ''), content);
      await save(version);
      const before = byKey.get(key) ?? [];
      byKey.set(key, [version, ...before]);
      for (const old of before) if (old.versionId === version.versionId) await bucket.remove(old);
      return version;
    },
    async change(version, changes) {
      const changed = { ...version, ...changes };
      await save(changed);
      Object.assign(version, changes);
    },
    async remove(version) {
      await rm(fileOf(version), { force: true });
      if (version.dataFile) await rm(join(folder, version.dataFile), { force: true });
      const left = (byKey.get(version.key) ?? []).filter((each) => each !== version);
      if (left.length > 0) byKey.set(version.key, left);
      else byKey.delete(version.key);
    },
    async exclusively(key, work) {
      const turn = (queues.get(key) ?? Promise.resolve()).then(work, work);
      queues.set(key, turn);
      try {
        return await turn;
      } finally {
        if (queues.get(key) === turn) queues.delete(key);
      }
    },
  };
  return bucket;
}

/** Key → versions, newest first. Removes data that was never committed, and what an overwrite had not removed yet. */
async function loadVersions(folder: string): Promise<Map<string, ObjectVersion[]>> {
  const names = await openFolder(folder);
  const byKey = new Map<string, ObjectVersion[]>();
  const known = new Set<string>();
  for (const name of names.filter((each) => each.endsWith('.json') && !each.includes('.data')).reverse()) {
    const version = await readKept(join(folder, name), (text) => JSON.parse(text) as ObjectVersion);
    const versions = byKey.get(version.key) ?? [];
    if (versions.some(({ versionId }) => versionId === version.versionId)) continue;
    byKey.set(version.key, [...versions, version]);
    known.add(name);
    if (version.dataFile) known.add(version.dataFile);
  }
  await Promise.all(names.filter((name) => !known.has(name)).map((name) => rm(join(folder, name), { force: true })));
  return byKey;
}

/** So that a person finds a PDF in the folder; marked, so that data named `.json` is never taken for a version. */
function safeExtension(key: string): string {
  const extension = extname(key);
  return `.data${/^\.[a-z0-9]{1,8}$/i.test(extension) ? extension : ''}`;
}

let lastSequence = 0;

/** Sixteen hexadecimal digits from the clock, never the same twice. */
function nextSequence(): string {
  lastSequence = Math.max(lastSequence + 1, Date.now() * 16);
  return lastSequence.toString(16).padStart(16, '0');
}

function byKeyBytes(a: ObjectVersion, b: ObjectVersion): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}
