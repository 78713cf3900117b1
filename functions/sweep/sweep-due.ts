import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import type { Achievement, Pointer } from '../domain/credential.ts';
import { type Delivery, isSettled, maxDeliveryRedrives } from '../domain/delivery.ts';
import { recordDelivery } from '../domain/delivery-record.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { Message } from '../domain/messages.ts';
import { addSeconds } from '../domain/time.ts';
import type { DueItem } from '../ports/record-store.ts';
import type { SweepPorts } from './sweep-ports.ts';

/** Redrives before a pending credential is parked for a person: some eight hours of trying. */
export const maxCredentialRedrives = 12;

/**
 * Drives again whatever has been pending too long, and parks what has been driven too often. The count is written
 * before the message is sent, so that a crash costs a try and never makes one endless.
 */
export async function sweepDue(ports: SweepPorts): Promise<{ redriven: number; parked: number }> {
  const totals = { redriven: 0, parked: 0 };
  let cursor: string | undefined;
  do {
    const page = await ports.store.listDue(ports.clock.now(), cursor);
    for (const item of page.items) await redrive(ports, item, totals);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return totals;
}

async function redrive(ports: SweepPorts, item: DueItem, totals: { redriven: number; parked: number }): Promise<void> {
  const enrollment = await ports.store.readEnrollment(item);
  if (!enrollment) return;
  const push =
    item.deliveryId === undefined
      ? pushCredentials(enrollment, ports.clock.now())
      : await pushDelivery(ports, enrollment, item.deliveryId);
  if (!push) return;
  // Whoever changed it meanwhile has driven it too; the next sweep looks again.
  if ((await ports.store.commit(push.commit)).outcome !== 'committed') return;
  for (const message of push.messages) await ports.queue.send(message);
  totals.redriven += push.messages.length;
  totals.parked += push.parked;
  const where = { program: item.program, enrollment: item.enrollment, kind: item.kind };
  if (push.messages.length > 0) ports.journal('sweep.redriven', where);
  if (push.parked > 0) ports.journal('sweep.parked', where);
}

type Push = { commit: Parameters<SweepPorts['store']['commit']>[0]; messages: Message[]; parked: number };

function pushCredentials(enrollment: Enrollment, now: string): Push | undefined {
  const pointers: Partial<Record<Achievement, Pointer>> = {};
  const messages: Message[] = [];
  const facts: AuditFact[] = [];
  const { program, enrollment: id } = enrollment;
  for (const [key, pointer] of Object.entries(enrollment.pointers)) {
    const achievement = key as Achievement;
    const { pending } = pointer;
    if (!pending || pending.parked || pending.dueAt > now) continue;
    const { credentialId, requestedAt } = pending;
    if (pending.redrives >= maxCredentialRedrives) {
      const parked = `not issued after ${pending.redrives} tries`;
      const cause = `sweep#${credentialId}#parked#${enrollment.chain.seq}`;
      facts.push({
        actor: systemActor('sweep'),
        action: 'credential-parked',
        subject: credentialId,
        facts: { achievement, reason: parked },
        cause,
      });
      pointers[achievement] = { ...pointer, pending: { ...pending, parked, parkedAt: now } };
      continue;
    }
    const redrives = pending.redrives + 1;
    pointers[achievement] = {
      ...pointer,
      pending: { ...pending, redrives, dueAt: addSeconds(now, backoffSeconds(redrives)) },
    };
    messages.push({
      type: 'issue-requested',
      version: 1,
      program,
      enrollment: id,
      achievement,
      credentialId,
      requestedAt,
    });
  }
  if (Object.keys(pointers).length === 0) return undefined;
  const chained = chain(enrollment, facts, now);
  const commit = {
    enrollment,
    guard: { version: enrollment.version },
    patch: { pointers, chain: chained.head },
    entries: chained.entries,
  };
  return { commit, messages, parked: facts.length };
}

async function pushDelivery(ports: SweepPorts, enrollment: Enrollment, deliveryId: string): Promise<Push | undefined> {
  const now = ports.clock.now();
  const delivery = await ports.store.readDelivery(enrollment, deliveryId);
  if (!delivery || isSettled(delivery.state) || delivery.dueAt === undefined || delivery.dueAt > now) return undefined;
  if (delivery.redrives >= maxDeliveryRedrives) {
    const { dueAt: _, leaseUntil: __, ...kept } = delivery;
    const parked: Delivery = {
      ...kept,
      state: 'parked',
      settledAt: now,
      reason: `not sent after ${delivery.redrives} tries`,
    };
    return { commit: recordDelivery('sweep', enrollment, delivery, parked, now), messages: [], parked: 1 };
  }
  const redrives = delivery.redrives + 1;
  const state = delivery.state === 'bounced' ? 'queued' : delivery.state;
  const next: Delivery = { ...delivery, state, redrives, dueAt: addSeconds(now, backoffSeconds(redrives)) };
  const action = delivery.state === 'bounced' ? 'delivery-queued' : 'delivery-deferred';
  const commit = recordDelivery('sweep', enrollment, delivery, next, now, action);
  return { commit, messages: [messageFor(enrollment, delivery)], parked: 0 };
}

/**
 * An email that was never begun may be the first sign that issue did not come to its end: issue is driven again, which
 * locks the document and then asks for the email.
 */
function messageFor(enrollment: Enrollment, { deliveryId, about, attempt, queuedAt }: Delivery): Message {
  const place = { version: 1, program: enrollment.program, enrollment: enrollment.enrollment } as const;
  const credentialId = about.kind === 'credential' && attempt === 0 ? about.credentialId : undefined;
  const issued = Object.entries(enrollment.pointers).find(
    ([, p]) => p.active && p.active.credentialId === credentialId,
  );
  if (credentialId === undefined || !issued) return { type: 'delivery-requested', ...place, deliveryId };
  const achievement = issued[0] as Achievement;
  return { type: 'issue-requested', ...place, achievement, credentialId, requestedAt: queuedAt };
}

/** Two minutes, then doubling, up to an hour. */
function backoffSeconds(redrives: number): number {
  return Math.min(3600, 120 * 2 ** Math.min(redrives - 1, 6));
}
