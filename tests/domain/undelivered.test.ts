import { expect, test } from 'vitest';
import { texts } from '../../functions/api/pages/language.ts';
import { deliveryStateSchema, mayBeOutReason } from '../../functions/domain/delivery.ts';
import { undeliveredReason, undeliveredReasons } from '../../functions/domain/undelivered.ts';

const parked = (reason?: string) => undeliveredReason({ state: 'parked', ...(reason !== undefined && { reason }) });

test.each([
  ['bounced: Permanent/General', 'address-refused'],
  ['bounced: Permanent/OnAccountSuppressionList', 'address-blocked'],
  ['bounced: Transient/MailboxFull', 'mailbox-full'],
  ['bounced: Transient/MessageTooLarge', 'too-large'],
  ['bounced: Transient/AttachmentRejected', 'content-refused'],
  ['bounced: Transient/General', 'came-back'],
  ['bounced: Undetermined/Undetermined', 'came-back'],
  ['bounced: General', 'came-back'],
  ['rejected: bad content', 'content-refused'],
  ['rendering failed', 'not-composed'],
  ['mail.header', 'not-composed'],
  ['mail.message-rejected', 'not-sent'],
  ['not sent after 12 tries', 'not-sent'],
  ['program.no-contact', 'no-contact'],
  ['document.altered', 'document-altered'],
  [mayBeOutReason('2026-03-01T12:00:00.000Z'), 'may-be-out'],
  ['program.unknown', 'other'],
  ['', 'other'],
] as const)('an email that is parked with "%s" did not arrive for the reason %s', (reason, expected) => {
  expect(parked(reason)).toBe(expected);
});

test('an email whose reason was never recorded has one all the same', () => {
  expect(parked()).toBe('other');
});

test('only what came back, is parked or was called unwanted did not arrive', () => {
  const reason = 'bounced: Transient/MailboxFull';
  const told = deliveryStateSchema.options.filter((state) => undeliveredReason({ state, reason }) !== undefined);
  expect(told).toEqual(['bounced', 'complained', 'parked']);
  expect(undeliveredReason({ state: 'complained', reason })).toBe('unwanted');
});

test.each(Object.entries(texts))('each reason has its words in %s, and no words are without a reason', (_, words) => {
  expect(Object.keys(words.undelivered).sort()).toEqual(
    undeliveredReasons.map((reason) => reason.replaceAll('-', '_')).sort(),
  );
});
