import type { ExportFinding } from '../export/open-bundle.ts';
import type { Answer } from './answer.ts';
import type { MadeBundle } from './audit-export.ts';
import { exitCodes } from './exit-codes.ts';
import { localMoment } from './moments.ts';
import { counted, heading, type Page } from './page.ts';
import { wrapText } from './text-width.ts';

/** What a bundle holds and where it is; what does not fit its checkpoint; and what the auditor needs besides. */
export function exportAnswer(page: Page, made: MadeBundle): Answer {
  const { counts, checkpoint, findings, found, out, bytes, key, request, fresh } = made;
  const errors = findings.map(findingText);
  if (found > findings.length) errors.push(`and ${found - findings.length} more`);
  return {
    exitCode: found > 0 ? exitCodes.refused : exitCodes.done,
    json: {
      outcome: found > 0 ? 'unsound' : 'exported',
      file: out,
      bytes,
      scope: request.scope,
      redacted: !request.unredacted,
      checkpoint: { number: checkpoint.number, at: checkpoint.at, fresh },
      counts,
      fingerprint: key.fingerprint,
      findings,
      found,
    },
    text: exportText(page, made),
    errors,
  };
}

function exportText(page: Page, { counts, checkpoint, out, bytes, key, program, request, fresh }: MadeBundle): string {
  const until = `up to checkpoint ${checkpoint.number} of ${localMoment(checkpoint.at, program.timeZone)}`;
  const what = [
    counted(counts.enrollments, 'enrollment'),
    `${counted(counts.entries, 'ledger entry', 'ledger entries')}${counts.redacted > 0 ? ` (${counts.redacted} redacted)` : ''}`,
    counted(counts.evidence, 'piece', 'pieces'),
    `${counted(counts.credentials, 'credential')} with ${counted(counts.documents, 'paper')}`,
    ...(counts.summaries > 0 ? [counted(counts.summaries, 'summary', 'summaries')] : []),
    counted(counts.deliveries, 'email'),
    counted(counts.access, 'read'),
  ].join(', ');
  const notes = [
    ...(fresh ? [] : ['You may not store a checkpoint: what came after that one is not in the bundle.']),
    ...(counts.tooNew > 0 ? ['The enrollment is newer than the checkpoint: it is not in the bundle.'] : []),
    ...(request.unredacted ? ['Sensitive requirements are in the clear: the access log says that you chose so.'] : []),
  ];
  return [
    ...wrapped(page, `${heading(page, `Program ${request.program}`)}, ${scopeText(request.scope)}, ${until}.`),
    ...wrapped(page, `${what}.`),
    ...notes.flatMap((note) => wrapped(page, note)),
    `Saved ${out} (${sizeText(bytes)}), for your account alone.`,
    '',
    `Key ${page.paint('bold', key.fingerprint)}`,
    ...wrapped(
      page,
      'Tell the auditor this fingerprint by another way than the bundle. With it, `node verify.mjs FOLDER --key FINGERPRINT` shows that the bundle is ours; without it, only that it fits together.',
    ),
  ].join('\n');
}

const wrapped = (page: Page, text: string) => wrapText(text, page.columns, 0).split('\n');

export function scopeText(scope: MadeBundle['request']['scope']): string {
  switch (scope.kind) {
    case 'enrollment':
      return `enrollment ${scope.enrollment}`;
    case 'program':
      return 'all of it';
    case 'issued':
      return `credentials issued from ${scope.from} to ${scope.to}`;
    case 'completed':
      return `completions from ${scope.from} to ${scope.to}`;
    case 'sample':
      return `a sample of ${scope.size}, drawn by the seed "${scope.seed}"`;
  }
}

export function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 10_000_000 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes / 1e6)} MB`;
}

function findingText(finding: ExportFinding): string {
  const { enrollment } = finding;
  switch (finding.problem) {
    case 'absent':
      return `enrollment ${enrollment}: is in the checkpoint, with ${counted(finding.seq, 'entry', 'entries')}, and not in the table: erased as the law asks, or taken away`;
    case 'cut':
      return `enrollment ${enrollment}: its ledger was cut off at entry ${finding.seq}; the checkpoint holds more of it`;
    case 'altered':
      return `enrollment ${enrollment}: somebody changed its ledger at entry ${finding.seq}; verify.mjs will say so too`;
    case 'apprentice':
      return `enrollment ${enrollment}: its name or address is not what the ledger holds a hash of; verify.mjs will say so too`;
    case 'paper-missing':
      return `enrollment ${enrollment}: the paper of credential ${finding.credential} is not in the bucket, and not in the bundle; verify.mjs will say so too`;
    case 'paper-damaged':
      return `enrollment ${enrollment}: the paper of credential ${finding.credential} is damaged and cannot be read; it is not in the bundle; verify.mjs will say so too`;
    case 'paper-altered':
      return `enrollment ${enrollment}: the paper of credential ${finding.credential} is not the one that was issued; verify.mjs will say so too`;
  }
}
