import * as z from 'zod';
import { actorSchema } from './audit.ts';
import { exportScopeSchema } from './export-scope.ts';
import { saltedHash } from './hash.ts';
import { evidenceIdSchema, programIdSchema } from './ids.ts';
import { emailAddressSchema } from './person.ts';
import { addSeconds, type Instant, instantSchema } from './time.ts';

/** A run may take a quarter of an hour; what still holds the lease a minute later has died. */
export const exportLeaseSeconds = 960;
/** Runs that began, before a job is given up. */
export const maxExportAttempts = 3;
/** How long a bundle lies where it can be fetched: the lifecycle rule of its bucket says the same. */
export const bundleDays = 7;
/** How long an address to fetch a bundle from is good for, from when somebody who may asks for it. */
export const linkSeconds = 300;

export const exportLanguages = ['en', 'es'] as const;

/** Ids end up in table keys, object keys and addresses. */
export const exportIdSchema = evidenceIdSchema;

/** Where to tell of the end. The address is kept until it was told, and no longer. */
const noticeSchema = () =>
  z.strictObject({
    state: z.enum(['wanted', 'sending', 'sent', 'refused']),
    /** What the access chain's hash of the address is salted with. */
    salt: z.string().min(1).max(100),
    address: emailAddressSchema.optional(),
    /** The page from which the bundle is fetched; who opens it must sign in. */
    link: z
      .url({ protocol: /^https?$/ })
      .max(1000)
      .optional(),
    language: z.enum(exportLanguages),
    leaseUntil: instantSchema.optional(),
    providerId: z.string().min(1).max(200).optional(),
    /** Why the mail service would not, as a code. */
    reason: z.string().min(1).max(100).optional(),
  });

export const exportBundleSchema = () =>
  z.strictObject({
    key: z.string().min(1).max(300),
    bytes: z.number().int().min(0),
    sha256: z.string().length(64),
    /** Of the ledger's public key: what `verify.mjs --key` takes. */
    fingerprint: z.string().length(64),
    checkpoint: z.strictObject({ number: z.number().int().min(1), at: instantSchema }),
    counts: z.record(z.string(), z.number().int().min(0)),
    /** What does not fit the checkpoint; the bundle shows it to whoever checks it. */
    found: z.number().int().min(0),
    expiresAt: instantSchema,
  });
export type ExportBundle = z.infer<ReturnType<typeof exportBundleSchema>>;

/** One bundle that somebody asked for. It never expires; the bundle does. */
export const exportJobSchema = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({
    program: programIdSchema,
    exportId: exportIdSchema,
    requestedBy: actorSchema(),
    requestedAt: instantSchema,
    scope: exportScopeSchema(),
    unredacted: z.boolean(),
    /** A PDF of each enrollment. */
    summaries: z.boolean(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    /** Counted up by every writer: each writes on condition that nobody else has. */
    version: z.number().int().min(1),
    changedAt: instantSchema,
    attempt: z.number().int().min(0),
    leaseUntil: instantSchema.optional(),
    /** Enrollments, of the run that is under way or was the last. */
    progress: z.strictObject({ done: z.number().int().min(0), of: z.number().int().min(0) }).optional(),
    /** Why it failed, as a code. */
    reason: z.string().min(1).max(100).optional(),
    settledAt: instantSchema.optional(),
    bundle: exportBundleSchema().optional(),
    notice: noticeSchema().optional(),
  }),
);
export type ExportJob = z.infer<typeof exportJobSchema>;
export type ExportNotice = NonNullable<ExportJob['notice']>;

export const bundleKey = ({ program, exportId }: Pick<ExportJob, 'program' | 'exportId'>) =>
  `${program}/${exportId}.zip`;

/** What the access chain holds of an address: enough to hold a given one against it, and nothing to read. */
export const addressHash = (salt: string, address: string) => saltedHash(salt, 'export-notice', { address });

export const isSettled = ({ state }: ExportJob) => state === 'done' || state === 'failed';

/** Another run holds it. */
export const isLeased = ({ state, leaseUntil }: ExportJob, now: Instant) =>
  state === 'running' && (leaseUntil ?? '') > now;

/** Takes the job for one run. */
export function leased(job: ExportJob, now: Instant): ExportJob {
  const { progress: _, ...kept } = job;
  return {
    ...kept,
    state: 'running',
    attempt: job.attempt + 1,
    leaseUntil: addSeconds(now, exportLeaseSeconds),
    ...touched(job, now),
  };
}

/** Puts it back, for a run to come. */
export function requeued({ leaseUntil: _, ...job }: ExportJob, now: Instant): ExportJob {
  return { ...job, state: 'queued', ...touched(job, now) };
}

export function finished(
  { leaseUntil: _, progress: __, ...job }: ExportJob,
  bundle: ExportBundle,
  now: Instant,
): ExportJob {
  return { ...job, state: 'done', bundle, settledAt: now, ...touched(job, now) };
}

export function failed({ leaseUntil: _, ...job }: ExportJob, reason: string, now: Instant): ExportJob {
  return { ...job, state: 'failed', reason, settledAt: now, ...touched(job, now) };
}

export function progressed(job: ExportJob, progress: NonNullable<ExportJob['progress']>, now: Instant): ExportJob {
  return { ...job, progress, ...touched(job, now) };
}

export function noticed(job: ExportJob, notice: ExportNotice, now: Instant): ExportJob {
  return { ...job, notice, ...touched(job, now) };
}

const touched = ({ version }: Pick<ExportJob, 'version'>, now: Instant) => ({ version: version + 1, changedAt: now });

/** Long enough for whoever was told to have come by. */
const restSeconds = 300;

/** What a lost message left behind: nobody works on it, and nobody will. */
export function isLeftBehind(job: ExportJob, now: Instant): boolean {
  if (job.state === 'running') return (job.leaseUntil ?? '') <= now;
  const unheard = job.notice && (job.notice.state === 'wanted' || job.notice.state === 'sending');
  if (isSettled(job) && !unheard) return false;
  return addSeconds(job.changedAt, restSeconds) <= now;
}
