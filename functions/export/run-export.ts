import { takeCheckpoint } from '../checkpoint/take-checkpoint.ts';
import {
  bundleDays,
  bundleKey,
  type ExportBundle,
  type ExportJob,
  failed,
  finished,
  isLeased,
  isSettled,
  leased,
  maxExportAttempts,
  progressed,
  requeued,
} from '../domain/export-job.ts';
import type { ExportRequest } from '../domain/export-request.ts';
import type { ExportRequested } from '../domain/messages.ts';
import { addDays } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { BundleZip } from '../ports/bundle-zip.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { ExportStore } from '../ports/export-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { ExportPorts } from './export-ports.ts';
import { makeBundle } from './make-bundle.ts';
import type { Seal } from './seal-bundle.ts';

export type RunExportPorts = ExportPorts & {
  store: Pick<RecordStore, 'listPrograms' | 'listChangedEnrollments' | 'readEnrollment'>;
  exports: ExportJobs;
  bundles: ExportStore;
  zip(madeAt: string): BundleZip;
  /** What every bundle of ours holds, whatever its records. */
  seal(): Promise<Pick<Seal, 'keys' | 'verifier'> & { fingerprint: string }>;
  queue: MessageQueue;
  journal: Journal;
};

export type RunExportOutcome = 'done' | 'failed' | 'put-back' | 'repeated';

/** How often a job says how far it has come. */
const progressEveryMs = 5_000;
const putBackSeconds = 60;

/**
 * Makes one bundle that was asked for, under a lease: a fresh checkpoint, everything up to it as a zip, straight into
 * the bucket. A repeat drives it again; a job that is finished is not made again, only its news is sent. Failed for
 * now, it is put back; failed for good, or begun three times, it says so.
 */
export async function runExport(ports: RunExportPorts, message: ExportRequested): Promise<RunExportOutcome> {
  const { program, exportId } = message;
  const where = { program, export: exportId };
  const job = await take(ports, message);
  if (isSettled(job)) {
    await tell(ports, job);
    ports.journal(job.state === 'failed' ? 'export.failed' : 'export.repeated', { ...where, ...reasonOf(job) });
    return job.state === 'failed' ? 'failed' : 'repeated';
  }
  const holder = held(ports, job);
  const made = await storeBundle(ports, job, holder.progress).catch((error: unknown) => faultOf(error));
  const now = ports.clock.now();
  if ('reason' in made) {
    if (made.retryable) {
      await holder.settle((current) => requeued(current, now));
      await ports.queue.send({ ...message }, { delaySeconds: putBackSeconds });
      ports.journal('export.put-back', { ...where, code: made.reason });
      return 'put-back';
    }
    await tell(ports, await holder.settle((current) => failed(current, made.reason, now)));
    ports.journal('export.failed', { ...where, code: made.reason });
    return 'failed';
  }
  await tell(ports, await holder.settle((current) => finished(current, made, now)));
  ports.journal('export.done', { ...where, bytes: made.bytes, enrollments: made.counts.enrollments ?? 0 });
  return 'done';
}

/** Takes the lease, or finds the job settled: given up where it began too often. */
async function take({ exports, clock, journal }: RunExportPorts, message: ExportRequested): Promise<ExportJob> {
  const { program, exportId } = message;
  for (;;) {
    const job = await exports.read(program, exportId);
    if (!job)
      throw new AdapterError('export.unknown', 'a bundle was asked for that is not recorded', { retryable: false });
    if (isSettled(job)) return job;
    const now = clock.now();
    if (isLeased(job, now)) {
      journal('export.leased', { program, export: exportId });
      // Not taken for done: should the other run die, this message is what drives it again.
      throw new AdapterError('export.leased', 'another run is making this bundle', { retryable: true });
    }
    const next = job.attempt >= maxExportAttempts ? failed(job, 'export.gave-up', now) : leased(job, now);
    if ((await exports.replace(job, next)) === 'replaced') return next;
  }
}

/** A job in the hands of this run, which alone writes it while the lease lasts. */
function held({ exports, clock }: RunExportPorts, taken: ExportJob) {
  let current = taken;
  let writing: Promise<void> = Promise.resolve();
  let lastMs = 0;
  const write = async (next: ExportJob) => {
    if ((await exports.replace(current, next)) === 'conflict')
      throw new AdapterError('export.lease-lost', 'another run took this bundle over', { retryable: true });
    current = next;
  };
  return {
    /** Now and then, and never in the way of the work; whether the lease still holds is found out at the end. */
    progress(done: number, of: number): void {
      const nowMs = Date.parse(clock.now());
      if (nowMs - lastMs < progressEveryMs) return;
      lastMs = nowMs;
      writing = writing.then(() => write(progressed(current, { done, of }, clock.now()))).catch(() => undefined);
    },
    async settle(change: (current: ExportJob) => ExportJob): Promise<ExportJob> {
      await writing;
      await write(change(current));
      return current;
    },
  };
}

async function storeBundle(
  ports: RunExportPorts,
  job: ExportJob,
  onProgress: (done: number, of: number) => void,
): Promise<ExportBundle> {
  const { program, exportId, scope, unredacted, summaries, requestedBy: actor } = job;
  await takeCheckpoint(ports, program);
  const request: ExportRequest = { program, scope, actor, unredacted, summaries, exportId };
  const { fingerprint, ...seal } = await ports.seal();
  const madeAt = ports.clock.now();
  const zip = ports.zip(madeAt);
  const key = bundleKey(job);
  const storing = ports.bundles.put(key, zip.output);
  let notStored: unknown;
  // Whoever writes is told, and fails in its turn.
  storing.catch((error: unknown) => {
    notStored ??= error;
    zip.fail(error as Error);
  });
  try {
    const exported = await makeBundle(ports, request, zip.sink, { ...seal, madeAt }, onProgress);
    const { checkpoint, counts, found } = exported;
    const { bytes, sha256 } = await storing;
    const expiresAt = `${addDays(madeAt.slice(0, 10), bundleDays)}${madeAt.slice(10)}`;
    const { number, at } = checkpoint;
    return { key, bytes, sha256, fingerprint, checkpoint: { number, at }, counts, found, expiresAt };
  } catch (error) {
    // Where storing failed first, that is the reason; what the writer then says is not.
    const reason = notStored ?? error;
    zip.fail(reason as Error);
    await storing.catch(() => undefined);
    throw reason;
  }
}

/** What a run that failed means for its job; a bug of ours is thrown, and its message ends among the dead letters. */
function faultOf(error: unknown): { reason: string; retryable: boolean } {
  if (error instanceof AdapterError) return { reason: error.code, retryable: error.retryable };
  throw error;
}

async function tell({ queue }: RunExportPorts, { program, exportId, notice }: ExportJob): Promise<void> {
  if (notice?.state !== 'wanted' && notice?.state !== 'sending') return;
  await queue.send({ type: 'export-settled', version: 1, program, exportId });
}

const reasonOf = ({ reason }: ExportJob) => (reason === undefined ? {} : { code: reason });
