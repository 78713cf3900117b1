import type { Credential } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { civilDateOf } from '../domain/time.ts';
import type { ExportPorts } from './export-ports.ts';
import { type Bundle, enrollmentPrefix, frameworkOf, note, programVersion, proofOf } from './open-bundle.ts';
import type { ReadEnrollment } from './read-ahead.ts';
import { ledgerFault, recordAt } from './record-at.ts';
import { writeChapter } from './write-chapter.ts';

/** Writes one enrollment, where the scope wants it, and all that hangs on it. */
export async function writeEnrollment(ports: ExportPorts, bundle: Bundle, read: ReadEnrollment): Promise<void> {
  const { head, record: found } = read;
  const { scope } = bundle.request;
  const { counts, text } = bundle;
  if (!found) {
    // Erased where the law asked for it, or taken away by somebody: its place in the checkpoint says that it was.
    const enrollment = head.chain.slice(enrollmentPrefix.length);
    text.line({ kind: 'absent', enrollment, chain: { seq: head.seq, hash: head.hash }, proof: proofOf(bundle, head) });
    counts.absent++;
    return note(bundle, { enrollment, problem: 'absent', seq: head.seq });
  }
  const record = recordAt(found, head);
  const { enrollment } = record;
  const issued = record.credentials.filter((credential) => isWithin(credential, scope, bundle.program.timeZone));
  if (!isWanted(enrollment, issued, scope)) return;
  const framework = await frameworkOf(ports, bundle, enrollment.framework);
  const fault = ledgerFault(found, head);
  if (fault) note(bundle, { enrollment: enrollment.enrollment, ...fault });
  counts.enrollments++;
  for (const credential of issued) await putCertificate(ports, bundle, credential);
  const ids = issued.map(({ credentialId }) => credentialId);
  await writeChapter(ports, bundle, { head, record, issued: ids, framework, evidence: read.evidence });
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

/** A paper as it was issued, and the version of the program that it says it was issued by. */
async function putCertificate(ports: ExportPorts, bundle: Bundle, credential: Credential): Promise<void> {
  const { credentialId, facts, document } = credential;
  await programVersion(ports, bundle, facts.hashes.program);
  const pdf = await ports.documents.get(document.key);
  if (!pdf) return;
  await bundle.sink.put(`certificates/${credentialId}.pdf`, pdf);
  bundle.counts.documents++;
}
