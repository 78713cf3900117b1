import { nameSeal } from '../domain/apprentice-seal.ts';
import type { Credential } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { sha256 } from '../domain/hash.ts';
import { civilDateOf } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { ExportPorts } from './export-ports.ts';
import {
  type Bundle,
  enrollmentPrefix,
  frameworkOf,
  note,
  type PaperFault,
  programVersion,
  proofOf,
} from './open-bundle.ts';
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
  const seal = nameSeal(found.enrollment, found.ledger, head.seq);
  if ('unsealed' in seal && seal.unsealed === 'differs')
    note(bundle, { enrollment: enrollment.enrollment, problem: 'apprentice' });
  counts.enrollments++;
  for (const credential of issued) await putCertificate(ports, bundle, credential);
  const ids = issued.map(({ credentialId }) => credentialId);
  await writeChapter(ports, bundle, { head, record, nameSeal: seal, issued: ids, framework, evidence: read.evidence });
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
  const { credentialId, enrollment, facts, document } = credential;
  await programVersion(ports, bundle, facts.hashes.program);
  const pdf = await readPaper(ports, document.key);
  const problem = faultOf(pdf, document.hash);
  if (problem) note(bundle, { enrollment, problem, credential: credentialId });
  if (typeof pdf === 'string') return;
  await bundle.sink.put(`certificates/${credentialId}.pdf`, pdf);
  bundle.counts.documents++;
}

type Absent = 'paper-missing' | 'paper-damaged';

/** One paper that cannot be read keeps nobody from the others. */
async function readPaper({ documents }: ExportPorts, key: string): Promise<Uint8Array | Absent> {
  try {
    return (await documents.get(key)) ?? 'paper-missing';
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'document.unreadable') return 'paper-damaged';
    throw error;
  }
}

function faultOf(pdf: Uint8Array | Absent, hash: string): PaperFault | undefined {
  if (typeof pdf === 'string') return pdf;
  return sha256(pdf) === hash ? undefined : 'paper-altered';
}
