import type { ExportView } from '../acts/fetch-export.ts';
import { scopeText, sizeText } from './audit-text.ts';
import { localMoment } from './moments.ts';
import { type Cell, counted, heading, type Page, type Style, table } from './page.ts';

const styles: Record<ExportView['state'], Style> = { queued: 'dim', running: 'yellow', done: 'green', failed: 'red' };

/** One line a bundle: its id, who asked when, for what, and how far it is. */
export function jobsText(page: Page, jobs: readonly ExportView[], timeZone: string): string {
  const rows = jobs.map((job): Cell[] => [
    { text: job.exportId },
    { text: localMoment(job.requestedAt, timeZone), style: 'dim' },
    { text: job.requestedBy.id },
    { text: job.state, style: styles[job.state] },
    { text: `${scopeText(job.scope)}${job.unredacted ? ', unredacted' : ''}${farText(job)}` },
  ]);
  return [table(page, rows), counted(jobs.length, 'bundle')].join('\n');
}

function farText({ state, progress, reason, bundle }: ExportView): string {
  if (state === 'running' && progress) return `; ${progress.done} of ${progress.of} enrollments`;
  if (state === 'failed') return `; ${reason}`;
  return bundle ? `; ${sizeText(bundle.bytes)}` : '';
}

/** One bundle, with what it holds and until when it can be fetched. */
export function jobText(page: Page, job: ExportView, timeZone: string): string {
  const { bundle, notice } = job;
  const lines = [
    `${heading(page, `Bundle ${job.exportId}`)}  ${page.paint(styles[job.state], job.state)}${farText(job)}`,
    `Asked for by ${job.requestedBy.id} (${job.requestedBy.role}), ${localMoment(job.requestedAt, timeZone)}: ${scopeText(job.scope)}.`,
    ...(job.unredacted ? ['Sensitive requirements are in the clear.'] : []),
    ...(job.attempt > 1 ? [`Begun ${job.attempt} times.`] : []),
  ];
  if (bundle) {
    const { checkpoint, expiresAt, fingerprint, found, counts } = bundle;
    lines.push(
      `Up to checkpoint ${checkpoint.number} of ${localMoment(checkpoint.at, timeZone)}: ${counted(counts.enrollments ?? 0, 'enrollment')}, ${counted(counts.entries ?? 0, 'ledger entry', 'ledger entries')}.`,
      ...(found > 0
        ? [
            page.paint(
              'red',
              `${counted(found, 'thing does', 'things do')} not fit the checkpoint; verify.mjs names them.`,
            ),
          ]
        : []),
      `To be fetched until ${localMoment(expiresAt, timeZone)}.`,
      `Key ${fingerprint}`,
    );
  }
  if (notice) lines.push(noticeText[notice]);
  return lines.join('\n');
}

const noticeText: Record<NonNullable<ExportView['notice']>, string> = {
  wanted: 'An email will say so.',
  sending: 'An email is on its way.',
  sent: 'An email has said so.',
  refused: 'The mail service refused the email.',
};
