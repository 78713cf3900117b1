import * as z from 'zod';
import type { DeliveryEvent, MailEvent } from '../../domain/delivery.ts';
import { firstIssue } from '../../domain/evidence.ts';
import { enrollmentIdSchema, evidenceIdSchema, programIdSchema } from '../../domain/ids.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import { parseJson } from './read-message.ts';

/** What a queue message of the configuration set's events says: an event of ours, or why it is none. */
type ReadMailEvent = { mail: MailEvent } | { ignored: 'topic-validation' | 'event-type' | 'tags' };

const timestampSchema = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());
const timed = z.object({ timestamp: timestampSchema });
/** SES's own words for a kind of bounce: letters only, so that no address can hide among them. */
const wordSchema = z.string().regex(/^[A-Za-z]{1,40}$/);

const mailSchema = z.object({
  timestamp: timestampSchema,
  messageId: z.string().min(1).max(200),
  tags: z.record(z.string(), z.array(z.string())).default({}),
});

const eventSchema = z.discriminatedUnion('eventType', [
  z.object({ eventType: z.literal('Send') }),
  z.object({ eventType: z.literal('Delivery'), delivery: timed }),
  z.object({
    eventType: z.literal('Bounce'),
    bounce: timed.extend({ bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']), bounceSubType: wordSchema }),
  }),
  z.object({ eventType: z.literal('Complaint'), complaint: timed }),
  z.object({ eventType: z.literal('Reject') }),
  z.object({ eventType: z.literal('Rendering Failure') }),
  z.object({ eventType: z.literal('DeliveryDelay'), deliveryDelay: timed }),
]);
type SesEvent = z.infer<typeof eventSchema>;
const knownTypes: readonly string[] = eventSchema.options.map((option) => option.shape.eventType.value);

/** The tags that every email of ours carries. */
const tagsSchema = z.object({
  program: z.tuple([programIdSchema]),
  enrollment: z.tuple([enrollmentIdSchema]),
  delivery: z.tuple([evidenceIdSchema]),
  attempt: z.tuple([z.string().regex(/^\d{1,6}$/)]),
});

/**
 * Reads an SES sending event as SNS delivers it raw
 * (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html). Fields that we do not use
 * may come and go. An event of another type, or of an email that is not ours, is ignored; a known type in an unknown
 * form throws, so that its dead-letter queue keeps it.
 */
export function readSesEvent(body: string): ReadMailEvent {
  // SES publishes this plain sentence once, when the topic becomes its destination.
  if (body.startsWith('Successfully validated SNS topic')) return { ignored: 'topic-validation' };
  const content = parseJson(body);
  const { eventType } = z.object({ eventType: z.string() }).catch({ eventType: '' }).parse(content);
  if (!eventType) throw malformed('eventType: is missing');
  if (!knownTypes.includes(eventType)) return { ignored: 'event-type' };
  const event = eventSchema.safeParse(content);
  if (!event.success) throw malformed(firstIssue(event.error));
  const envelope = z.object({ mail: mailSchema }).safeParse(content);
  if (!envelope.success) throw malformed(firstIssue(envelope.error));
  const { mail } = envelope.data;
  const tags = tagsSchema.safeParse(mail.tags);
  if (!tags.success) return { ignored: 'tags' };
  const { program, enrollment, delivery, attempt } = tags.data;
  const base = { attempt: Number(attempt[0]), providerId: mail.messageId };
  const ref = { program: program[0], enrollment: enrollment[0] };
  return { mail: { ref, deliveryId: delivery[0], event: { ...base, ...whatHappened(event.data, mail.timestamp) } } };
}

type Happened = DeliveryEvent extends infer E ? (E extends unknown ? Omit<E, 'attempt' | 'providerId'> : never) : never;

function whatHappened(event: SesEvent, sentAt: string): Happened {
  switch (event.eventType) {
    case 'Send':
      return { type: 'send', at: sentAt };
    case 'Delivery':
      return { type: 'delivery', at: event.delivery.timestamp };
    case 'Complaint':
      return { type: 'complaint', at: event.complaint.timestamp };
    case 'DeliveryDelay':
      return { type: 'delay', at: event.deliveryDelay.timestamp };
    case 'Rendering Failure':
      return { type: 'rendering-failure', at: sentAt };
    // SES rejects for one reason alone: a virus.
    case 'Reject':
      return { type: 'reject', at: sentAt, reason: 'bad content' };
    case 'Bounce': {
      const { bounceType, bounceSubType, timestamp } = event.bounce;
      // Undetermined: the receiver's answer said nothing of the address, which may well be good.
      return {
        type: 'bounce',
        at: timestamp,
        permanent: bounceType === 'Permanent',
        reason: `${bounceType}/${bounceSubType}`,
      };
    }
  }
}

function malformed(what: string): AdapterError {
  return new AdapterError('mail-event.malformed', `a mail event is malformed at ${what}`, { retryable: false });
}
