import { type Actor, type AuditFact, chain } from '../domain/audit.ts';
import type { Commit } from '../domain/commit.ts';
import type { Enrollment, EnrollmentPatch } from '../domain/enrollment.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

const maxTries = 8;

/** What an act comes to: its answer, what the ledger learns, and what changes. */
export type Decided<T> = {
  answer: T;
  facts: AuditFact[];
  patch: EnrollmentPatch;
  credentialChanges?: Commit['credentialChanges'];
};

/** One act on one enrollment: chained in the transaction that carries it out, with the fence counted up. */
export async function actOnEnrollment<T>(
  ports: ActPorts,
  ref: EnrollmentRef,
  decide: (enrollment: Enrollment) => Decided<T> | Refused,
): Promise<T | Refused> {
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(ref);
    if (!enrollment)
      return refused('enrollment.unknown', `enrollment: there is no "${ref.enrollment}" in program "${ref.program}"`);
    const decided = decide(enrollment);
    if ('outcome' in decided) return decided;
    const now = ports.clock.now();
    const chained = chain(enrollment, decided.facts, now);
    const { outcome } = await ports.store.commit({
      enrollment,
      guard: { version: enrollment.version, fence: enrollment.fence },
      patch: { ...decided.patch, chain: chained.head, lastChangeAt: now },
      bumpFence: true,
      entries: chained.entries,
      ...(decided.credentialChanges && { credentialChanges: decided.credentialChanges }),
    });
    if (outcome === 'committed') return decided.answer;
  }
  return refused('enrollment.busy', 'enrollment: it kept changing meanwhile; try again');
}

/** One fact of an act. Its cause names the version that it was decided on, so that a retry never doubles it. */
export function factOf(
  actor: Actor,
  action: AuditFact['action'],
  subject: string,
  facts: AuditFact['facts'],
  enrollment: Enrollment,
): AuditFact {
  return { actor, action, subject, facts, cause: `act#${action}#${subject}#${enrollment.version}` };
}
