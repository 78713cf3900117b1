import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActPorts } from '../../../functions/acts/act-ports.ts';
import { listAside, readStatus, type Status } from '../../../functions/acts/status.ts';
import { evidencePartition, parseEvidenceKeys } from '../../../functions/domain/evidence.ts';
import type { CertificateSealer } from '../../../functions/ports/certificate-sealer.ts';
import type { DocumentStore } from '../../../functions/ports/document-store.ts';
import type { DemoProgram } from './program-files.ts';
import { verifiesAt } from './verify.ts';
import type { Walk } from './walk.ts';

/** What `--json` prints. */
export interface DemoResult {
  programs: ProgramResult[];
  refused: RefusedResult[];
  seconds: number;
}

export interface ProgramResult {
  id: string;
  skillSets: number;
  skills: number;
  courses: number;
  certificates: number;
  apprentices: ApprenticeResult[];
}

export interface ApprenticeResult {
  enrollmentId: string;
  status: string;
  completedOn: string | null;
  credentialIds: string[];
  /** Files on this machine. */
  pdfs: string[];
  deliveries: { deliveryId: string; state: string }[];
  /** Where each certificate in force was verified by its code, over HTTP. */
  verifiedAt: string[];
}

export interface RefusedResult {
  program: string;
  enrollmentId: string;
  /** The piece's id; `item` where its key says none. */
  evidence: string;
  /** Left out where the requirement is a sensitive one. */
  requirement?: string;
  code: string;
  reason: string;
}

const pollMs = 150;
const settledStates = new Set(['delivered', 'bounced', 'complained', 'parked', 'cancelled']);

/** Waits until an apprentice's credential is issued and its email has come to an end. */
export async function awaitOutcome(ports: ActPorts, { ref }: Walk, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const enrollment = await ports.store.readEnrollment(ref);
    const active = enrollment?.pointers.completion?.active;
    const credential = active && (await ports.store.readCredential(ref, active.credentialId));
    const delivery = credential && (await ports.store.readDelivery(ref, credential.delivery));
    if (delivery && settledStates.has(delivery.state)) return;
    await sleep(pollMs);
  }
}

export interface ApprenticeOutcome {
  result: ApprenticeResult;
  status: Status;
  /** Credentials whose paper does not carry a signature of the stack's key. */
  unsigned: string[];
  /** What an employer reads who opens the address of a certificate that is not verified there. */
  unverified: string[];
}

/** What became of one apprentice, with the certificates copied to a folder under names that say nothing of the person. */
export async function collect(
  ports: ActPorts,
  documents: DocumentStore,
  sealer: CertificateSealer,
  papers: string,
  app: string,
  { ref }: Walk,
): Promise<ApprenticeOutcome> {
  const status = await readStatus(ports, ref);
  if (status.outcome === 'refused') throw new Error(`${status.code}: ${status.message}`);
  mkdirSync(papers, { recursive: true });
  const pdfs: string[] = [];
  const unsigned: string[] = [];
  const verifiedAt: string[] = [];
  const unverified: string[] = [];
  for (const { credentialId, document, code } of status.credentials) {
    const address = `${app}/v/${code}`;
    const read = await verifiesAt(address);
    if (read === 'in force') verifiedAt.push(address);
    else unverified.push(`${credentialId}: ${read}`);
    const bytes = await documents.get(document.key);
    if (!bytes) continue;
    const file = join(papers, `${ref.program}-${credentialId}.pdf`);
    writeFileSync(file, bytes);
    pdfs.push(file);
    if (!(await sealer.isSealOf(bytes, document.unsignedHash))) unsigned.push(credentialId);
  }
  const result = {
    enrollmentId: ref.enrollment,
    status: status.enrollment.status,
    completedOn: status.enrollment.completion?.on ?? null,
    credentialIds: status.credentials.map(({ credentialId }) => credentialId),
    pdfs,
    deliveries: status.deliveries.map(({ deliveryId, state }) => ({ deliveryId, state })),
    verifiedAt,
  };
  return { result, status, unsigned, unverified };
}

/** A program's numbers, and what became of its apprentices. */
export function programResult({ program, framework }: DemoProgram, apprentices: ApprenticeResult[]): ProgramResult {
  return {
    id: program.id,
    skillSets: framework.skillSets.length,
    skills: framework.skillSets.reduce((sum, set) => sum + set.skills.length, 0),
    courses: framework.courses.length,
    certificates: framework.certificates.length,
    apprentices,
  };
}

/** What does not count in a program, and why: what the stream set aside, and what the acts would not take. */
export async function collectRefused(
  ports: ActPorts,
  demo: DemoProgram,
  walks: readonly Walk[],
): Promise<RefusedResult[]> {
  const { program, sensitive } = demo;
  const named = (requirement: string | undefined) =>
    requirement === undefined || sensitive.has(requirement) ? {} : { requirement };
  const acts = walks.flatMap(({ ref, refused }) =>
    refused.map(({ evidence, requirement, code, reason }) => ({
      program: program.id,
      enrollmentId: ref.enrollment,
      evidence,
      ...named(requirement),
      code,
      reason,
    })),
  );
  const asides = (await listAside(ports, program.id)).map(({ enrollment, sk, code, reason }) => {
    const place = parseEvidenceKeys(evidencePartition({ program: program.id, enrollment }), sk);
    return {
      program: program.id,
      enrollmentId: enrollment,
      evidence: place?.evidence ?? 'item',
      ...named(place?.requirement),
      code,
      reason,
    };
  });
  return [...acts, ...asides];
}
