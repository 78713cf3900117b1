import {
  completionLine,
  credentialLine,
  deliveryLine,
  enrollmentLine,
  entryLine,
  evidenceLines,
  sensitiveIds,
} from '../domain/bundle.ts';
import type { Credential } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { civilDateOf } from '../domain/time.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { ExportPorts } from './export-ports.ts';
import { type Bundle, enrollmentPrefix, frameworkOf, note, programVersion, proofOf } from './open-bundle.ts';
import type { ReadEnrollment } from './read-ahead.ts';
import { ledgerFault, recordAt } from './record-at.ts';
import { writeSummary } from './write-summary.ts';

/** Writes one enrollment, where the scope wants it, and all that hangs on it. */
export async function writeEnrollment(ports: ExportPorts, bundle: Bundle, read: ReadEnrollment): Promise<void> {
  const { head, record: found } = read;
  const { scope } = bundle.request;
  const { counts, line, tables } = bundle;
  if (!found) {
    // Erased where the law asked for it, or taken away by somebody: its place in the checkpoint says that it was.
    const enrollment = head.chain.slice(enrollmentPrefix.length);
    line({ kind: 'absent', enrollment, chain: { seq: head.seq, hash: head.hash }, proof: proofOf(bundle, head) });
    counts.absent++;
    return note(bundle, { enrollment, problem: 'absent', seq: head.seq });
  }
  const record = recordAt(found, head);
  const { enrollment } = record;
  const issued = record.credentials.filter((credential) => isWithin(credential, scope, bundle.program.timeZone));
  if (!isWanted(enrollment, issued, scope)) return;
  const framework = await frameworkOf(ports, bundle, enrollment.framework);
  const hidden = bundle.request.unredacted ? new Set<string>() : sensitiveIds(framework);
  const fault = ledgerFault(found, head);
  if (fault) note(bundle, { enrollment: enrollment.enrollment, ...fault });
  const own = enrollmentLine(enrollment, head, proofOf(bundle, head));
  line(own);
  tables.enrollment(own);
  counts.enrollments++;
  writeLedger(bundle, record, hidden);
  const evidence = evidenceLines(enrollment, await read.evidence(), record.ledger, hidden);
  for (const piece of evidence) {
    line(piece);
    tables.evidence(piece);
    counts.evidence++;
  }
  if (enrollment.completion) {
    const completion = completionLine(enrollment, enrollment.completion.on);
    line(completion);
    tables.completion(completion, record, { framework, program: bundle.program, today: bundle.today });
    counts.completions++;
  }
  for (const credential of issued) await writeCredential(ports, bundle, credential);
  for (const delivery of record.deliveries) {
    line(deliveryLine(delivery));
    tables.delivery(delivery);
    counts.deliveries++;
  }
  if (bundle.request.summaries !== false)
    await writeSummary(ports, bundle, { record: { ...record, credentials: issued }, evidence, framework, hidden });
}

function isWanted({ completion }: Enrollment, issued: readonly Credential[], scope: ExportScope): boolean {
  if (scope.kind === 'issued') return issued.length > 0;
  if (scope.kind !== 'completed') return true;
  return completion !== undefined && scope.from <= completion.on && completion.on <= scope.to;
}

/** Issued on a day that was asked for, in the program's time zone. */
function isWithin({ issuedAt }: Credential, scope: ExportScope, timeZone: string): boolean {
  if (scope.kind !== 'issued') return true;
  const day = civilDateOf(issuedAt, timeZone);
  return scope.from <= day && day <= scope.to;
}

function writeLedger(bundle: Bundle, { enrollment, ledger }: EnrollmentRecord, hidden: ReadonlySet<string>): void {
  for (const entry of ledger) {
    const written = entryLine(enrollment, entry, hidden);
    bundle.line(written);
    bundle.tables.entry(written);
    bundle.counts.entries++;
    if ('redacted' in written) bundle.counts.redacted++;
  }
}

async function writeCredential(ports: ExportPorts, bundle: Bundle, credential: Credential): Promise<void> {
  const { credentialId, facts, document } = credential;
  await programVersion(ports, bundle, facts.hashes.program);
  bundle.line(credentialLine(credential));
  bundle.tables.credential(credential);
  bundle.counts.credentials++;
  const pdf = await ports.documents.get(document.key);
  if (!pdf) return;
  await bundle.sink.append(`certificates/${credentialId}.pdf`, pdf);
  bundle.counts.documents++;
}
