import type { Credential } from '../domain/credential.ts';
import { sha256 } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { keptUntil } from '../domain/retention.ts';
import { addSeconds } from '../domain/time.ts';
import { type DeadLetterQueue, type DeadLetters, deadLetterQueues } from '../ports/dead-letters.ts';
import type { DocumentInspection, RecordInspection } from '../ports/inspection.ts';
import type { SignatureCheck } from '../ports/signature-check.ts';
import type { ActPorts } from './act-ports.ts';
import { fitsItsSignature } from './credential-signature.ts';
import { listDeadLetters } from './dead-letters.ts';
import { type CheckpointExamPorts, readSealed, type SealedProgram } from './examine-checkpoints.ts';
import { examineRecord } from './examine-record.ts';
import { changedRemedy, type Finding, redriveRemedy, restoreRemedy } from './finding.ts';

export type DoctorPorts = Pick<ActPorts, 'store' | 'clock'> & {
  records: RecordInspection;
  documents: DocumentInspection;
  deadLetters: DeadLetters;
  /** By the key that certificates are signed with. */
  isCredentialSignature: SignatureCheck;
} & CheckpointExamPorts;

export type DoctorOptions = {
  program?: string;
  enrollment?: string;
  /** Waits until work that is under way has come to rest: what seems wrong is looked at again after it. */
  rest: () => Promise<unknown>;
  onFinding: (finding: Finding) => void;
};

export type Diagnosis = { enrollments: number; documents: number; findings: number };

/** Enrollments under examination at one time: all that is held of the table. */
const atOnce = 8;
/** So many that seem wrong are looked at again together, after one rest. */
const mostSuspects = 200;
/** Sweep takes failed batches every five minutes; one that is older stays for a reason. */
const oldBatchSeconds = 3600;

/**
 * Compares what is stored with what it should be, and tells what differs as it finds it. Reads one enrollment at a
 * time, whatever their number; of each document it keeps a short fingerprint. Changes nothing.
 */
export async function examineStack(ports: DoctorPorts, options: DoctorOptions): Promise<Diagnosis> {
  const diagnosis: Diagnosis = { enrollments: 0, documents: 0, findings: 0 };
  const tell = (findings: readonly Finding[]) => {
    diagnosis.findings += findings.length;
    findings.forEach(options.onFinding);
  };
  const known = new Set<string>();
  // Before the records: what is written meanwhile is more than the checkpoints hold, and no fault.
  const sealed = await sealedPrograms(ports, options);
  for (const { findings } of sealed.values()) tell(findings);
  const suspects: Suspect[] = [];
  /** Looks again where something seemed wrong: what was under way has come to rest by then, what is wrong stays. */
  const lookAgain = async () => {
    const some = suspects.splice(0);
    if (some.length === 0) return;
    await options.rest();
    for (const { ref, findings } of some) {
      const now = await examineEnrollment(ports, ref, sealed);
      tell(now.findings.filter((finding) => findings.some((before) => isSame(before, finding))));
    }
  };
  const refs = refsOf(ports, options)[Symbol.asyncIterator]();
  const work = async () => {
    for (let next = await refs.next(); !next.done; next = await refs.next()) {
      const { findings, keys } = await examineEnrollment(ports, next.value, sealed);
      for (const key of keys) known.add(fingerprint(key));
      diagnosis.enrollments++;
      diagnosis.documents += keys.length;
      if (findings.length > 0) suspects.push({ ref: next.value, findings });
      if (suspects.length >= mostSuspects) await lookAgain();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await lookAgain();
  if (options.enrollment !== undefined) return diagnosis;
  for (const one of sealed.values()) tell([...one.missing(ports.clock.now()), ...(await one.examineAccess())]);
  tell(await examineUnknownDocuments(ports, options.program, known));
  if (options.program === undefined) tell(await examineDeadLetters(ports));
  return diagnosis;
}

async function sealedPrograms(
  ports: DoctorPorts,
  { program }: DoctorOptions,
): Promise<ReadonlyMap<string, SealedProgram>> {
  const ids = program === undefined ? (await ports.store.listPrograms()).map((stored) => stored.program.id) : [program];
  const sealed = new Map<string, SealedProgram>();
  for (const id of ids) sealed.set(id, await readSealed(ports, id, ports.clock.now()));
  return sealed;
}

async function* refsOf({ records }: DoctorPorts, { program, enrollment }: DoctorOptions): AsyncIterable<EnrollmentRef> {
  if (program !== undefined && enrollment !== undefined) yield { program, enrollment };
  else yield* records.enrollments(program);
}

const fingerprint = (key: string) => sha256(key).slice(0, 16);

type Suspect = { ref: EnrollmentRef; findings: Finding[] };

const isSame = (a: Finding, b: Finding) => a.code === b.code && a.subject === b.subject;

async function examineEnrollment(
  ports: DoctorPorts,
  ref: EnrollmentRef,
  sealed: ReadonlyMap<string, SealedProgram>,
): Promise<{ findings: Finding[]; keys: string[] }> {
  // The record before the evidence: evidence that comes between the two reads is under way, not wrong.
  const record = await ports.records.inspect(ref);
  const program = (await ports.store.readProgram(ref.program))?.program;
  const framework = record.enrollment && (await ports.store.readFramework(record.enrollment.framework));
  const items = await ports.store.readAllEvidence(ref);
  const findings = examineRecord(ref, record, { program, framework }, items, ports.clock.now());
  findings.push(...(sealed.get(ref.program)?.examineLedger(ref, record.ledger) ?? []));
  for (const credential of record.credentials) {
    findings.push(...(await examineSignature(ports, ref, credential)));
    findings.push(...(await examineDocument(ports, ref, credential)));
  }
  return { findings, keys: record.credentials.map(({ document }) => document.key) };
}

async function examineSignature(
  { isCredentialSignature }: DoctorPorts,
  ref: EnrollmentRef,
  credential: Credential,
): Promise<Finding[]> {
  if (await fitsItsSignature(credential, isCredentialSignature)) return [];
  const problem =
    'its record does not fit its signature: it was changed by hand, and verification says not to rely on it';
  const { credentialId: subject } = credential;
  return [{ code: 'credential.altered', ref, subject, problem, remedy: changedRemedy }];
}

async function examineDocument(
  { documents, store }: DoctorPorts,
  ref: EnrollmentRef,
  credential: Credential,
): Promise<Finding[]> {
  const { credentialId: subject, document, program, facts } = credential;
  const found = await documents.look(document.key);
  const restore = 'the bucket keeps every version: the runbook, "A document is not what was issued"';
  if (found === 'unreadable') {
    const problem = 'its document is in the bucket and cannot be read: what comes is not what was stored';
    return [{ code: 'document.unreadable', ref, subject, problem, remedy: restore }];
  }
  if (!found)
    return [{ code: 'document.missing', ref, subject, problem: 'its document is not in the bucket', remedy: restore }];
  if (found.hash !== document.hash) {
    const problem = 'its document is not the one that was issued: its hash differs';
    return [{ code: 'document.altered', ref, subject, problem, remedy: restore }];
  }
  if (found.committed && found.lockedUntil !== undefined) {
    const frozen = await store.readProgramVersion(program, facts.hashes.program);
    const until = keptUntil(credential, frozen?.policy ?? {});
    if (found.lockedUntil.slice(0, 10) >= until) return [];
    const problem = `its document is locked until ${found.lockedUntil.slice(0, 10)}, and is to be kept until ${until}`;
    return [{ code: 'document.lock-short', ref, subject, problem, remedy: redriveRemedy(ref) }];
  }
  const problem = 'its document is not locked and may be cleaned up';
  return [{ code: 'document.unlocked', ref, subject, problem, remedy: redriveRemedy(ref) }];
}

/** Documents that were committed and that no credential names: a restored table may have forgotten theirs. */
async function examineUnknownDocuments(
  { documents }: DoctorPorts,
  program: string | undefined,
  known: ReadonlySet<string>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const key of documents.keys(program)) {
    if (known.has(fingerprint(key))) continue;
    const found = await documents.look(key);
    // Whether anything was committed there is not told either.
    if (found === undefined || found === 'unreadable' || !found.committed) continue;
    findings.push({
      ...{ code: 'document.unknown', subject: key },
      problem: 'a certificate lies in the bucket that the table does not know: its holder may show it',
      remedy: restoreRemedy,
    });
  }
  return findings;
}

async function examineDeadLetters(ports: DoctorPorts): Promise<Finding[]> {
  const old = addSeconds(ports.clock.now(), -oldBatchSeconds);
  const each = deadLetterQueues.map(async (queue: DeadLetterQueue): Promise<Finding[]> => {
    const { letters } = await listDeadLetters(ports, queue);
    const stuck =
      queue === 'stream' ? letters.filter(({ fault, since }) => fault !== undefined || since < old) : letters;
    if (stuck.length === 0) return [];
    const problem = `${stuck.length} that no step could take`;
    return [{ code: 'dead-letters.there', subject: queue, problem, remedy: `dead-letters list ${queue}` }];
  });
  return (await Promise.all(each)).flat();
}
