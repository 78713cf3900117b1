import type { Credential } from '../domain/credential.ts';
import { type Delivery, isSettled, leaseSeconds } from '../domain/delivery.ts';
import { recordDelivery } from '../domain/delivery-record.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { sha256 } from '../domain/hash.ts';
import type { DeliveryRequested } from '../domain/messages.ts';
import type { Program } from '../domain/program.ts';
import { addSeconds } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { Email, Mailer, SendOutcome } from '../ports/mailer.ts';
import { type MessageQueue, maxDelaySeconds } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';

/** What one email is made of; the words come from `templates/email/`. */
export type EmailContent = { program: Program; apprentice: Enrollment['apprentice']; delivery: Delivery } & (
  | { about: 'credential'; credential: Credential; pdf: Uint8Array }
  | { about: 'lapse-warning'; expiresOn: string; to: 'apprentice' | 'program' }
);
export type ComposeEmail = (content: EmailContent) => Email;

export type DeliverPorts = {
  store: Pick<
    RecordStore,
    'readDelivery' | 'readEnrollment' | 'readCredential' | 'readProgram' | 'readProgramVersion' | 'commit'
  >;
  documents: Pick<DocumentStore, 'get'>;
  compose: ComposeEmail;
  mailer: Mailer;
  queue: MessageQueue;
  clock: Clock;
  journal: Journal;
};

export type DeliverOutcome = 'sent' | 'settled' | 'leased' | 'cancelled' | 'deferred' | 'parked';

/** Sends that the service refused for now, before a delivery is parked; the sweep's redrives end it after half a day. */
export const maxAttempts = 30;
const maxTries = 8;

/**
 * Sends one email at least once, and twice only inside the crash window around the mail service's answer. Takes a
 * lease by conditional write, never lets anything retry the send itself, and records the provider's id. A crash after
 * the send leaves the lease; the service's own Send event settles it before the lease runs out.
 */
export async function deliverEmail(ports: DeliverPorts, message: DeliveryRequested): Promise<DeliverOutcome> {
  const where = { program: message.program, enrollment: message.enrollment, delivery: message.deliveryId };
  const taken = await takeLease(ports, message);
  if ('outcome' in taken) {
    ports.journal(`deliver.${taken.outcome}`, where);
    return taken.outcome;
  }
  const sent = await send(ports, taken).catch((error: unknown) => parkable(error));
  const outcome = await record(ports, message, taken.delivery.attempt, sent);
  ports.journal(`deliver.${outcome}`, {
    ...where,
    attempt: taken.delivery.attempt,
    ...(sent.outcome === 'refused' && { code: sent.code }),
  });
  return outcome;
}

type Taken = { enrollment: Enrollment; delivery: Delivery };

async function takeLease(
  ports: DeliverPorts,
  message: DeliveryRequested,
): Promise<Taken | { outcome: 'settled' | 'leased' | 'cancelled' }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(message);
    const delivery = await ports.store.readDelivery(message, message.deliveryId);
    if (!enrollment || !delivery)
      throw new AdapterError('delivery.unknown', 'an email was asked for that is not recorded', { retryable: false });
    const now = ports.clock.now();
    if (isSettled(delivery.state) || delivery.state === 'bounced') return { outcome: 'settled' };
    if (delivery.state === 'sending' && (delivery.leaseUntil ?? '') > now) return { outcome: 'leased' };
    const inForce = isInForce(enrollment, delivery);
    const leaseUntil = addSeconds(now, leaseSeconds);
    const { leaseUntil: _, dueAt: __, reason: ___, ...kept } = delivery;
    const next: Delivery = inForce
      ? { ...kept, state: 'sending', attempt: delivery.attempt + 1, leaseUntil, dueAt: addSeconds(leaseUntil, 30) }
      : { ...kept, state: 'cancelled', settledAt: now, reason: 'credential not in force' };
    const { outcome } = await ports.store.commit(recordDelivery('deliver', enrollment, delivery, next, now));
    if (outcome !== 'committed') continue;
    return inForce ? { enrollment, delivery: next } : { outcome: 'cancelled' };
  }
  throw new AdapterError('deliver.busy', 'the enrollment kept changing while its email was prepared', {
    retryable: true,
  });
}

function isInForce(enrollment: Enrollment, { about }: Delivery): boolean {
  if (about.kind === 'lapse-warning') return enrollment.status !== 'withdrawn';
  return Object.values(enrollment.pointers).some(
    (p) => p.active?.credentialId === about.credentialId && !p.active.suspended,
  );
}

async function send(ports: DeliverPorts, { enrollment, delivery }: Taken): Promise<SendOutcome> {
  const stored = await ports.store.readProgram(enrollment.program);
  if (!stored) throw new AdapterError('program.unknown', 'the program is not in the table', { retryable: false });
  const base = { program: stored.program, apprentice: enrollment.apprentice, delivery };
  const { about } = delivery;
  if (about.kind === 'lapse-warning') {
    return ports.mailer.send(ports.compose({ ...base, about: about.kind, expiresOn: about.expiresOn, to: about.to }));
  }
  const credential = await ports.store.readCredential(enrollment, about.credentialId);
  const pdf = credential && (await ports.documents.get(credential.document.key));
  if (!credential || !pdf)
    throw new AdapterError('document.missing', 'the certificate is not in the document store', { retryable: true });
  if (sha256(pdf) !== credential.document.hash) {
    throw new AdapterError('document.altered', 'the stored certificate does not match its recorded hash', {
      retryable: false,
    });
  }
  return ports.mailer.send(ports.compose({ ...base, about: about.kind, credential, pdf }));
}

async function record(
  ports: DeliverPorts,
  message: DeliveryRequested,
  attempt: number,
  sent: SendOutcome,
): Promise<DeliverOutcome> {
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(message);
    const delivery = await ports.store.readDelivery(message, message.deliveryId);
    if (!enrollment || !delivery)
      throw new AdapterError('delivery.unknown', 'an email was sent that is not recorded', { retryable: false });
    // Somebody else has told of this send already: its own Send event, or a later attempt.
    if (delivery.attempt !== attempt || delivery.state !== 'sending')
      return sent.outcome === 'sent' ? 'sent' : 'settled';
    const now = ports.clock.now();
    const next = afterSend(delivery, sent, now);
    const action = next.state === 'queued' ? 'delivery-deferred' : undefined;
    const { outcome } = await ports.store.commit(recordDelivery('deliver', enrollment, delivery, next, now, action));
    if (outcome !== 'committed') continue;
    if (next.state !== 'queued') return next.state === 'sent' ? 'sent' : 'parked';
    const delaySeconds = backoffSeconds(attempt);
    if (delaySeconds <= maxDelaySeconds) {
      await ports.queue.send({ ...message, type: 'delivery-requested', version: 1 }, { delaySeconds });
    }
    return 'deferred';
  }
  throw new AdapterError('deliver.busy', 'the enrollment kept changing while its email was recorded', {
    retryable: true,
  });
}

function afterSend(delivery: Delivery, sent: SendOutcome, now: string): Delivery {
  const { leaseUntil: _, dueAt: __, ...kept } = delivery;
  if (sent.outcome === 'sent') return { ...kept, state: 'sent', sentAt: now, providerId: sent.providerId };
  if (sent.permanent || delivery.attempt >= maxAttempts)
    return { ...kept, state: 'parked', settledAt: now, reason: sent.code };
  return { ...kept, state: 'queued', reason: sent.code, dueAt: addSeconds(now, backoffSeconds(delivery.attempt) + 60) };
}

/** 15 s, then doubling, up to an hour. */
function backoffSeconds(attempt: number): number {
  return Math.min(3600, 15 * 2 ** Math.min(attempt - 1, 10));
}

/** What no retry can mend is parked. Of the rest nobody knows whether the email went out: the lease is left to run. */
function parkable(error: unknown): SendOutcome {
  if (error instanceof AdapterError && !error.retryable)
    return { outcome: 'refused', permanent: true, code: error.code };
  throw error;
}
