import { chain, systemActor } from '../../functions/domain/audit.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import { type Delivery, newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { programHashes } from '../../functions/domain/program.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { noon, smallProgram, submission } from '../support/small-world.ts';

/** A piece of evidence as its apprentice submitted it. */
export async function putEvidence(
  store: RecordStore,
  { program, enrollment }: EnrollmentRef,
  evidence: string,
  requirement = 'engage-1',
) {
  const piece = submission(requirement, evidence, '2026-02-01', { program, enrollment });
  await store.putSubmission(piece);
  return piece;
}

let made = 0;
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeOf = (n: number) =>
  [...String(n)]
    .map((digit) => alphabet[Number(digit)])
    .join('')
    .padStart(26, 'Z');

/** A completion as issue leaves it, in force, whose email is out: for tests that issue nothing. */
export async function putCredential(
  store: RecordStore,
  { program, enrollment: id }: EnrollmentRef,
  more: { issuedAt?: string; delivery?: Partial<Delivery>; status?: Enrollment['status'] } = {},
): Promise<Credential> {
  const ref = { program, enrollment: id };
  const enrollment = (await store.readEnrollment(ref)) as Enrollment;
  const n = ++made;
  const { issuedAt = noon('2026-03-01') } = more;
  const credentialId = `crd-${n}`;
  const deliveryId = `dlv-${n}`;
  const credential: Credential = {
    ...{ program: ref.program, enrollment: ref.enrollment, credentialId, achievement: 'completion', code: codeOf(n) },
    ...{ requestedAt: issuedAt, issuedAt, basisHash: '0'.repeat(64), state: 'issued', delivery: deliveryId },
    facts: {
      name: enrollment.apprentice.name,
      completedOn: issuedAt.slice(0, 10),
      framework: enrollment.framework,
      hashes: programHashes(smallProgram(), classicTemplate),
    },
    transcript: { skillSets: [], courses: [], certificates: [] },
    document: {
      ...{ key: `${ref.program}/${credentialId}.pdf`, hash: '1'.repeat(64), unsignedHash: '2'.repeat(64) },
      ...{ bytes: 1, engine: 'test/1' },
    },
    signature: { keyId: 'key', value: 'signature' },
  };
  const about = { kind: 'credential' as const, credentialId };
  const { dueAt: _, ...queued } = newDelivery({ ...ref, deliveryId, about }, issuedAt);
  const delivery: Delivery = { ...queued, state: 'sent', attempt: 1, sentAt: issuedAt, ...more.delivery };
  const fact = { actor: systemActor('issue'), action: 'credential-issued' as const, subject: credentialId, facts: {} };
  const chained = chain(enrollment, [{ ...fact, cause: `issue#${credentialId}` }], issuedAt);
  const active = { credentialId, suspended: false, completedOn: credential.facts.completedOn };
  const { outcome } = await store.commit({
    enrollment,
    guard: {},
    patch: { chain: chained.head, pointers: { completion: { active } }, status: more.status ?? 'complete' },
    entries: chained.entries,
    newCredential: credential,
    newDeliveries: [delivery],
  });
  if (outcome !== 'committed') throw new Error(outcome);
  return credential;
}
