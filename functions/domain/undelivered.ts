import { type Delivery, mayBeOut } from './delivery.ts';

/** Why an email did not arrive, told apart by what a person can do about it. Each has words in every language of the pages. */
export const undeliveredReasons = [
  'address-refused',
  'address-blocked',
  'mailbox-full',
  'too-large',
  'content-refused',
  'came-back',
  'unwanted',
  'not-composed',
  'not-sent',
  'no-contact',
  'document-altered',
  'may-be-out',
  'other',
] as const;
export type UndeliveredReason = (typeof undeliveredReasons)[number];

/** The mail service's kinds of bounce that say more than that an email came back; no other word of it is repeated. */
const bounces: Readonly<Record<string, UndeliveredReason>> = {
  'Permanent/General': 'address-refused',
  'Permanent/NoEmail': 'address-refused',
  'Permanent/Suppressed': 'address-blocked',
  'Permanent/OnAccountSuppressionList': 'address-blocked',
  'Permanent/UnsubscribedRecipient': 'address-blocked',
  'Transient/MailboxFull': 'mailbox-full',
  'Transient/MessageTooLarge': 'too-large',
  'Transient/ContentRejected': 'content-refused',
  'Transient/AttachmentRejected': 'content-refused',
};

/** What an email is parked with that never left, by its code or its words. */
const neverSent: readonly (readonly [RegExp, UndeliveredReason])[] = [
  [/^rejected: /, 'content-refused'],
  [/^(rendering failed|mail\.header)$/, 'not-composed'],
  [/^(not sent after |mail\.)/, 'not-sent'],
  [/^program\.no-contact$/, 'no-contact'],
  [/^document\.altered$/, 'document-altered'],
];

/** Why an email that came back, is parked or was called unwanted did not arrive; undefined of every other. */
export function undeliveredReason(email: Pick<Delivery, 'state' | 'reason'>): UndeliveredReason | undefined {
  if (email.state === 'complained') return 'unwanted';
  if (email.state !== 'parked' && email.state !== 'bounced') return undefined;
  if (mayBeOut(email)) return 'may-be-out';
  const { reason = '' } = email;
  const bounce = /^bounced: (.*)$/.exec(reason);
  if (bounce) return bounces[bounce[1] ?? ''] ?? 'came-back';
  return neverSent.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other';
}
