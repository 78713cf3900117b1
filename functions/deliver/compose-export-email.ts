import exportWords from '../../templates/email/export.json' with { type: 'json' };
import type { ExportJob, ExportNotice } from '../domain/export-job.ts';
import type { Program } from '../domain/program.ts';
import { civilDateOf } from '../domain/time.ts';
import type { Email } from '../ports/mailer.ts';
import { type Block, longDate, paragraph, written } from './written.ts';

export type ExportNews = { program: Program; job: ExportJob; notice: ExportNotice & { address: string } };

/**
 * The email about a bundle. It names the bundle by its id and nobody by name, and holds no address that would give the
 * bundle to whoever reads the email: its link is a page that asks who is there.
 */
export function composeExportEmail({ program, job, notice }: ExportNews): Email {
  const { language } = notice;
  const { from, fromName, replyTo } = program.email;
  const values = {
    export: job.exportId,
    sponsor: program.sponsor,
    office: fromName,
    ...outcomeOf(program, job, notice),
  };
  const words = job.bundle ? exportWords[language].done : exportWords[language].failed;
  return {
    from: { name: fromName, address: from },
    ...(replyTo !== undefined && { replyTo }),
    to: { name: '', address: notice.address },
    language,
    ...written(words, language, [...body(words, notice), ...words.closing.map(paragraph)], values),
    attachments: [],
    // No delivery's: its events change no record.
    tags: { program: job.program, export: job.exportId },
  };
}

type Words = { paragraphs: string[]; without?: string };

/** Without a page to link to, the last paragraph, which leads to the link, says how else. */
function body({ paragraphs, without }: Words, { link }: ExportNotice): Block[] {
  if (without === undefined) return paragraphs.map(paragraph);
  if (link !== undefined) return [...paragraphs.map(paragraph), { link }];
  return [...paragraphs.slice(0, -1), without].map(paragraph);
}

function outcomeOf({ timeZone }: Program, { bundle, reason }: ExportJob, { language }: ExportNotice) {
  if (!bundle) return { reason: reason ?? 'unknown' };
  return { date: longDate(civilDateOf(bundle.expiresAt, timeZone), language) };
}
