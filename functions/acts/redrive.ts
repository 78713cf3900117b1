import type { Achievement } from '../domain/credential.ts';
import { isSettled } from '../domain/delivery.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Message } from '../domain/messages.ts';
import type { ActPorts } from './act-ports.ts';
import type { Refused } from './refusal.ts';
import { refuseUnknownEnrollment } from './unknown-enrollment.ts';

/**
 * Drives every step of one enrollment again: evaluate looks at all the evidence, issue makes what is pending and locks
 * what is issued, deliver sends what is still owed. Safe at any time, since every step may be repeated: nothing is
 * issued or sent a second time by it, and what is parked stays parked.
 */
export async function redriveEnrollment(
  ports: Pick<ActPorts, 'store' | 'queue'>,
  ref: EnrollmentRef,
): Promise<{ outcome: 'redriven'; messages: number } | Refused> {
  const record = await ports.store.readRecord(ref);
  if (!record) return refuseUnknownEnrollment(ports.store, ref);
  const place = { version: 1, program: ref.program, enrollment: ref.enrollment } as const;
  const pending = Object.entries(record.enrollment.pointers).flatMap(([achievement, pointer]) =>
    pointer.pending && !pointer.pending.parked ? [{ ...pointer.pending, achievement: achievement as Achievement }] : [],
  );
  const messages: Message[] = [
    { type: 'evaluation-requested', ...place, changes: [], whole: true, reason: 'redrive' },
    ...[...record.credentials, ...pending].map(
      ({ achievement, credentialId, requestedAt }): Message => ({
        ...{ type: 'issue-requested', ...place, achievement, credentialId, requestedAt },
      }),
    ),
    ...record.deliveries
      .filter(({ state }) => !isSettled(state))
      .map(({ deliveryId }): Message => ({ type: 'delivery-requested', ...place, deliveryId })),
  ];
  for (const message of messages) await ports.queue.send(message);
  return { outcome: 'redriven', messages: messages.length };
}
