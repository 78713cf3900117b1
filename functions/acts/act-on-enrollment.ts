import { type Actor, type AuditFact, chain } from '../domain/audit.ts';
import type { Commit } from '../domain/commit.ts';
import type { Enrollment, EnrollmentPatch } from '../domain/enrollment.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';
import { refuseUnknownEnrollment } from './unknown-enrollment.ts';

const maxTries = 8;

/** What an act does, decided from the enrollment as read: its answer, and all that one transaction writes. */
export type Decided<T> = Pick<Commit, 'credentialChanges' | 'deliveryChanges' | 'newDeliveries'> & {
  answer: T;
  facts: AuditFact[];
  patch: EnrollmentPatch;
};

/** The state of an enrollment that a person saw when they decided. */
export type Seen = Pick<Enrollment, 'version' | 'fence'>;

/**
 * One act of a person on one enrollment: chained in the transaction that carries it out, and decided again where
 * anything has moved meanwhile. `bumpFence`: it may take a completion back, so that no issue in flight passes it.
 * `seen`: it is meant for that state alone, and refused where the enrollment has moved on.
 */
export async function actOnEnrollment<T>(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
  options: { bumpFence: boolean; seen?: Seen | undefined },
  decide: (enrollment: Enrollment) => Decided<T> | Refused | Promise<Decided<T> | Refused>,
): Promise<T | Refused> {
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(ref);
    if (!enrollment) return refuseUnknownEnrollment(ports.store, ref);
    if (options.seen && !isAt(enrollment, options.seen))
      return refused('enrollment.stale', 'enrollment: it has changed since you read it; read it again, then decide');
    const decided = await decide(enrollment);
    if ('outcome' in decided) return decided;
    const { answer, facts, patch, ...changes } = decided;
    const now = ports.clock.now();
    const chained = chain(enrollment, facts, now);
    const { outcome } = await ports.store.commit({
      enrollment,
      guard: { version: enrollment.version, fence: enrollment.fence },
      patch: { ...patch, chain: chained.head, lastChangeAt: now },
      ...(options.bumpFence && { bumpFence: true }),
      entries: chained.entries,
      ...changes,
    });
    if (outcome === 'committed') return answer;
  }
  return refused('enrollment.busy', 'enrollment: it kept changing meanwhile; try again');
}

export function isAt({ version, fence }: Enrollment, seen: Seen): boolean {
  return version === seen.version && fence === seen.fence;
}

/** A fact of an act; its cause is the act on the enrollment as it was read, so that no second try adds another. */
export function actFact(
  actor: Actor,
  action: AuditFact['action'],
  subject: string,
  facts: AuditFact['facts'],
  enrollment: Enrollment,
): AuditFact {
  return { actor, action, subject, facts, cause: `act#${action}#${subject}#${enrollment.version}` };
}
