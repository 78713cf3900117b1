import * as z from 'zod';
import { credentialIdSchema } from './credential.ts';
import { type EnrollmentRef, enrollmentIdSchema, evidenceIdSchema, programIdSchema } from './ids.ts';
import { emailAddressSchema } from './person.ts';
import { setAsideSchema } from './set-aside.ts';
import { addSeconds, instantSchema } from './time.ts';

/**
 * The state machine of one email. Forward only; `queued` is reached again from `sending` when the mail service said
 * no, and from `bounced` when a soft bounce is tried again.
 *
 *     queued → sending → sent → delivered | bounced | complained
 *     queued | sending | sent | bounced → parked (a person decides)     queued | sending → cancelled
 *     parked, since a restore → sent | delivered | complained, where the mail service tells of it after all
 */
export const deliveryStateSchema = z.enum([
  'queued',
  'sending',
  'sent',
  'delivered',
  'bounced',
  'complained',
  'parked',
  'cancelled',
]);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

export const deliverySchema = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({
    deliveryId: evidenceIdSchema,
    program: programIdSchema,
    enrollment: enrollmentIdSchema,
    about: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('credential'), credentialId: credentialIdSchema }),
      z.strictObject({
        kind: z.literal('lapse-warning'),
        expiresOn: z.iso.date(),
        to: z.enum(['apprentice', 'program']),
      }),
    ]),
    /** Sent once more on a person's word: the email that it repeats. */
    resendOf: evidenceIdSchema.optional(),
    /** The email that a person had sent instead: whether that one arrives is its own affair. */
    resentAs: evidenceIdSchema.optional(),
    /** Where this email alone goes; otherwise to the apprentice's address as it is when it goes. */
    to: emailAddressSchema.optional(),
    state: deliveryStateSchema,
    queuedAt: instantSchema,
    /** Sends begun. The attempt travels in the mail's tags, so that an event names the send that it speaks of. */
    attempt: z.number().int().min(0),
    /** While `sending`: no other worker sends before this instant. */
    leaseUntil: instantSchema.optional(),
    /** When the sweep looks at it next; absent once nothing is due. */
    dueAt: instantSchema.optional(),
    redrives: z.number().int().min(0),
    softBounces: z.number().int().min(0),
    /** The last attempt whose email bounced and is tried again: its Send event, come late, says nothing of the next. */
    bouncedAttempt: z.number().int().min(1).optional(),
    providerId: z.string().max(200).optional(),
    sentAt: instantSchema.optional(),
    settledAt: instantSchema.optional(),
    /** Why it is parked, cancelled or bounced: a code and words without addresses. */
    reason: z.string().max(300).optional(),
    /** Parked for good, as far as a person is concerned: nothing will be sent. */
    setAside: setAsideSchema().optional(),
  }),
);
export type Delivery = z.infer<typeof deliverySchema>;

const priorStates: Record<DeliveryState, readonly DeliveryState[]> = {
  queued: ['sending', 'bounced', 'parked'],
  sending: ['queued', 'sending'],
  sent: ['sending', 'queued', 'parked'],
  delivered: ['sending', 'sent', 'queued', 'bounced', 'parked'],
  bounced: ['sending', 'sent', 'queued', 'delivered'],
  complained: ['sending', 'sent', 'queued', 'delivered', 'parked'],
  parked: ['queued', 'sending', 'sent', 'delivered', 'bounced'],
  cancelled: ['queued', 'sending'],
};

export function deliveryStatesBefore(state: DeliveryState): readonly DeliveryState[] {
  return priorStates[state];
}

/** How long one worker may take to send and record: longer than the function's timeout plus the Send event's delay. */
export const leaseSeconds = 300;
/** How long a queued email may wait for its message before the sweep sends it again. */
export const queueGraceSeconds = 120;
/** Redrives before a delivery is parked for a person. */
export const maxDeliveryRedrives = 12;
export const maxSoftBounces = 3;

/** What a mail service's event says of one send. */
export type DeliveryEvent = {
  attempt: number;
  at: string;
  providerId: string;
} & (
  | { type: 'send' | 'delivery' | 'complaint' | 'rendering-failure' | 'delay' }
  | { type: 'reject'; reason: string }
  | { type: 'bounce'; permanent: boolean; reason: string }
);

/** A mail event with the delivery that its tags name. */
export type MailEvent = { ref: EnrollmentRef; deliveryId: string; event: DeliveryEvent };

export type DeliveryEventOutcome = { outcome: 'changed'; delivery: Delivery } | { outcome: 'unchanged'; why: string };

/**
 * What an event makes of a delivery. Events come late, twice and in any order: each names its attempt, and one that
 * speaks of an earlier attempt, or would lead backwards, changes nothing.
 */
export function applyDeliveryEvent(delivery: Delivery, event: DeliveryEvent): DeliveryEventOutcome {
  const stale = event.attempt < delivery.attempt;
  const change = (state: DeliveryState, more: Partial<Delivery> = {}): DeliveryEventOutcome => {
    // Only of a parked email that may be out anyway does news of its sending say anything new.
    const over = delivery.state === 'parked' && !mayBeOut(delivery);
    if (over || !deliveryStatesBefore(state).includes(delivery.state))
      return { outcome: 'unchanged', why: `${delivery.state} stays` };
    const { leaseUntil: _, dueAt: __, reason: ___, settledAt: ____, ...kept } = delivery;
    return { outcome: 'changed', delivery: { ...kept, providerId: event.providerId, ...more, state } };
  };
  const bounced = event.attempt <= (delivery.bouncedAttempt ?? 0);
  const sentAt = delivery.sentAt ?? event.at;
  switch (event.type) {
    // Whichever attempt it speaks of, that email is out: sending it again would be a duplicate. Unless it came back.
    case 'send':
      if (bounced) return { outcome: 'unchanged', why: 'that email bounced' };
      return change('sent', { sentAt, dueAt: undefined });
    case 'delivery':
      return change('delivered', { sentAt, settledAt: event.at });
    case 'complaint':
      return change('complained', { sentAt, settledAt: event.at });
    case 'bounce':
      if (stale || (bounced && !event.permanent)) return { outcome: 'unchanged', why: 'an earlier attempt' };
      return event.permanent
        ? change('parked', { sentAt, settledAt: event.at, reason: `bounced: ${event.reason}` })
        : softBounce(delivery, event, sentAt, change);
    case 'reject':
    case 'rendering-failure':
      if (stale) return { outcome: 'unchanged', why: 'an earlier attempt' };
      return change('parked', {
        settledAt: event.at,
        reason: event.type === 'reject' ? `rejected: ${event.reason}` : 'rendering failed',
      });
    case 'delay':
      return { outcome: 'unchanged', why: 'the mail service goes on trying' };
  }
}

function softBounce(
  delivery: Delivery,
  event: Extract<DeliveryEvent, { type: 'bounce' }>,
  sentAt: string,
  change: (state: DeliveryState, more: Partial<Delivery>) => DeliveryEventOutcome,
): DeliveryEventOutcome {
  const softBounces = delivery.softBounces + 1;
  const reason = `bounced: ${event.reason}`;
  if (softBounces >= maxSoftBounces) return change('parked', { sentAt, settledAt: event.at, softBounces, reason });
  const dueAt = addSeconds(event.at, softBounces * 3600);
  return change('bounced', { sentAt, softBounces, bouncedAttempt: event.attempt, reason, dueAt });
}

/** Over: nothing will be sent any more unless a person says so. */
export function isSettled(state: DeliveryState): boolean {
  return state !== 'queued' && state !== 'sending' && state !== 'bounced';
}

/** A new email about the same thing. */
export function queuedAgain(delivery: Delivery, deliveryId: string, now: string): Delivery {
  const { program, enrollment, about } = delivery;
  return newDelivery({ program, enrollment, deliveryId, about }, now);
}

/** The email that goes out as a credential is issued. `renewal` tells apart one that is sent on reinstatement. */
export const deliveryIdOf = (credentialId: string, renewal?: number) =>
  renewal === undefined ? `dlv-${credentialId}` : `dlv-${credentialId}-${renewal}`;

/** A new email about the same thing because a person asks for it, where they say to another address. */
export function resentDelivery(delivery: Delivery, deliveryId: string, to: string | undefined, now: string): Delivery {
  const again = queuedAgain(delivery, deliveryId, now);
  return { ...again, resendOf: delivery.deliveryId, ...(to !== undefined && { to }) };
}

/** An email that waits for its first send; the sweep looks at it should the message be lost. */
export function newDelivery(
  what: Pick<Delivery, 'program' | 'enrollment' | 'deliveryId' | 'about'>,
  now: string,
): Delivery {
  const dueAt = addSeconds(now, queueGraceSeconds);
  return { ...what, state: 'queued', queuedAt: now, attempt: 0, dueAt, redrives: 0, softBounces: 0 };
}

/** An email that nobody knows to be out or not: never sent before a person says so. */
export function parkedDelivery(
  what: Pick<Delivery, 'program' | 'enrollment' | 'deliveryId' | 'about'>,
  now: string,
  reason: string,
): Delivery {
  const { dueAt: _, ...email } = newDelivery(what, now);
  return { ...email, state: 'parked', settledAt: now, reason };
}

/**
 * A parked email queued anew, with all its tries before it. Late news of a send that came back or was refused says
 * nothing of the next one; news of a send that nobody heard of still settles it.
 */
export function unparkedDelivery(delivery: Delivery, now: string): Delivery {
  const { settledAt: _, reason, setAside: __, leaseUntil: ___, resentAs: ____, bouncedAttempt, ...kept } = delivery;
  const cameBack = delivery.attempt > 0 && /^(bounced|rejected|rendering)/.test(reason ?? '');
  const spent = cameBack ? delivery.attempt : bouncedAttempt;
  return {
    ...kept,
    ...(spent !== undefined && { bouncedAttempt: spent }),
    state: 'queued',
    dueAt: addSeconds(now, queueGraceSeconds),
    redrives: 0,
    softBounces: 0,
  };
}

/**
 * Why an email is parked whose table was restored: what the table has forgotten the mail service may have done. Its own
 * events still settle it.
 */
export const mayBeOutReason = (restoredTo: string) => `${mayBeOutWords}${restoredTo}: it may have gone out since`;
const mayBeOutWords = 'restored to ';

/** Is it parked because nobody knows whether it has gone out since a restore? */
export function mayBeOut({ reason }: Pick<Delivery, 'reason'>): boolean {
  return reason?.startsWith(mayBeOutWords) === true;
}
