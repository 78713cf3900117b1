import { type AuditAction, type AuditFact, chain, systemActor } from './audit.ts';
import type { Commit } from './commit.ts';
import { type Delivery, deliveryStatesBefore } from './delivery.ts';
import type { Enrollment } from './enrollment.ts';
import type { Instant } from './time.ts';

/**
 * The transaction that moves one delivery and chains the fact. It counts only if the delivery is still in a state
 * that may go there, at the same attempt, and nothing else has touched the enrollment.
 */
export function recordDelivery(
  step: string,
  enrollment: Enrollment,
  before: Delivery,
  after: Delivery,
  now: Instant,
  action: AuditAction = `delivery-${after.state}`,
): Commit {
  const facts: AuditFact['facts'] = { attempt: after.attempt };
  if (after.providerId) facts.providerId = after.providerId;
  if (after.reason) facts.reason = after.reason;
  const cause = `${step}#${after.deliveryId}#${after.attempt}#${after.state}#${enrollment.version}`;
  const fact: AuditFact = { actor: systemActor(step), action, subject: after.deliveryId, facts, cause };
  const chained = chain(enrollment, [fact], now);
  const from =
    deliveryStatesBefore(after.state).includes(before.state) || before.state === after.state ? [before.state] : [];
  return {
    enrollment,
    guard: { version: enrollment.version },
    patch: { chain: chained.head },
    entries: chained.entries,
    deliveryChanges: [{ delivery: after, from, attempt: before.attempt }],
  };
}
