import { leaseSeconds } from '../domain/delivery.ts';
import { type ExportJob, type ExportNotice, noticed } from '../domain/export-job.ts';
import type { ExportSettled } from '../domain/messages.ts';
import { addSeconds } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { Journal } from '../ports/journal.ts';
import type { Email, Mailer, SendOutcome } from '../ports/mailer.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { ExportNews } from './compose-export-email.ts';

export type TellExportPorts = {
  store: Pick<RecordStore, 'readProgram'>;
  exports: ExportJobs;
  compose(news: ExportNews): Email;
  mailer: Mailer;
  clock: Clock;
  journal: Journal;
};

export type TellExportOutcome = 'told' | 'untold' | 'settled';

/**
 * Tells who asked for a bundle what became of it, by one email: at least once, and twice only where a crash hides the
 * mail service's answer. The address is forgotten once it was used, or was refused for good.
 */
export async function tellExport(ports: TellExportPorts, message: ExportSettled): Promise<TellExportOutcome> {
  const { program, exportId } = message;
  const where = { program, export: exportId };
  const taken = await takeLease(ports, message);
  if (!taken) {
    ports.journal('deliver.settled', where);
    return 'settled';
  }
  const stored = await ports.store.readProgram(program);
  if (!stored) throw new AdapterError('program.unknown', 'the program is not in the table', { retryable: false });
  const news = { program: stored.program, ...taken };
  const sent = await send(ports, news);
  await record(ports, taken.job, sent);
  if (sent.outcome === 'refused' && !sent.permanent)
    throw new AdapterError(sent.code, 'the mail service refused for now', { retryable: true });
  const outcome = sent.outcome === 'sent' ? 'told' : 'untold';
  ports.journal(`deliver.${outcome}`, { ...where, ...(sent.outcome === 'refused' && { code: sent.code }) });
  return outcome;
}

type Taken = Pick<ExportNews, 'job' | 'notice'>;

async function takeLease({ exports, clock }: TellExportPorts, message: ExportSettled): Promise<Taken | undefined> {
  for (;;) {
    const job = await exports.read(message.program, message.exportId);
    if (!job) throw new AdapterError('export.unknown', 'an email was asked for about no bundle', { retryable: false });
    const { notice } = job;
    const now = clock.now();
    if (notice?.address === undefined || notice.state === 'sent' || notice.state === 'refused') return undefined;
    if (notice.state === 'sending' && (notice.leaseUntil ?? '') > now)
      throw new AdapterError('export.notice-leased', 'another worker is sending this email', { retryable: true });
    const { address } = notice;
    const next: ExportNotice = { ...notice, state: 'sending', leaseUntil: addSeconds(now, leaseSeconds) };
    const after = noticed(job, next, now);
    if ((await exports.replace(job, after)) === 'replaced') return { job: after, notice: { ...next, address } };
  }
}

/** What no retry can mend is refused; where nobody knows whether the email went out, the lease is left to run. */
async function send({ mailer, compose }: TellExportPorts, news: ExportNews): Promise<SendOutcome> {
  try {
    return await mailer.send(compose(news));
  } catch (error) {
    if (!(error instanceof AdapterError) || error.retryable) throw error;
    return { outcome: 'refused', permanent: true, code: error.code };
  }
}

async function record({ exports, clock }: TellExportPorts, job: ExportJob, sent: SendOutcome): Promise<void> {
  const { leaseUntil: _, address, ...kept } = job.notice as ExportNotice;
  const after: ExportNotice =
    sent.outcome === 'sent'
      ? { ...kept, state: 'sent', providerId: sent.providerId }
      : sent.permanent
        ? { ...kept, state: 'refused', reason: sent.code }
        : { ...kept, state: 'wanted', ...(address !== undefined && { address }) };
  await exports.replace(job, noticed(job, after, clock.now()));
}
