import { describe, expect, test } from 'vitest';
import { readSesEvent } from '../../functions/adapters/aws/ses-events.ts';

const tags = {
  program: ['peer-specialist'],
  enrollment: ['enr-1'],
  delivery: ['dlv-1'],
  attempt: ['2'],
  'ses:operation': ['SendRawEmail'],
};
const mail = { timestamp: '2026-05-03T10:00:00.123Z', messageId: '0100-abc', destination: ['ana@mail.example'], tags };
const at = '2026-05-03T10:00:05.000Z';
const timestamp = '2026-05-03T10:00:05Z';
const read = (event: unknown) => readSesEvent(JSON.stringify(event));
const bounce = (bounceType: string, bounceSubType = 'General') => ({
  eventType: 'Bounce',
  mail,
  bounce: {
    bounceType,
    bounceSubType,
    timestamp,
    bouncedRecipients: [{ emailAddress: 'ana@mail.example', diagnosticCode: 'smtp; 550 ana' }],
  },
});

describe('reading SES events', () => {
  test.each([
    [
      { eventType: 'Send', mail, send: {} },
      { type: 'send', at: mail.timestamp },
    ],
    [
      {
        eventType: 'Delivery',
        mail,
        delivery: { timestamp, smtpResponse: '250 ok', recipients: ['ana@mail.example'] },
      },
      { type: 'delivery', at },
    ],
    [bounce('Permanent'), { type: 'bounce', at, permanent: true, reason: 'Permanent/General' }],
    [bounce('Transient', 'MailboxFull'), { type: 'bounce', at, permanent: false, reason: 'Transient/MailboxFull' }],
    [
      bounce('Undetermined', 'Undetermined'),
      { type: 'bounce', at, permanent: false, reason: 'Undetermined/Undetermined' },
    ],
    [
      { eventType: 'Complaint', mail, complaint: { timestamp, complainedRecipients: [] } },
      { type: 'complaint', at },
    ],
    [
      { eventType: 'Reject', mail, reject: { reason: 'Bad content' } },
      { type: 'reject', at: mail.timestamp, reason: 'bad content' },
    ],
    [
      { eventType: 'Rendering Failure', mail, failure: { errorMessage: 'x', templateName: 'y' } },
      { type: 'rendering-failure', at: mail.timestamp },
    ],
    [
      { eventType: 'DeliveryDelay', mail, deliveryDelay: { timestamp, delayType: 'MailboxFull' } },
      { type: 'delay', at },
    ],
  ])('$eventType is an event of the delivery and the attempt that its tags name', (event, expected) => {
    expect(read(event)).toEqual({
      mail: {
        ref: { program: 'peer-specialist', enrollment: 'enr-1' },
        deliveryId: 'dlv-1',
        event: { attempt: 2, providerId: '0100-abc', ...expected },
      },
    });
  });

  test('nothing that is read holds an address', () => {
    expect(JSON.stringify(read(bounce('Permanent')))).not.toContain('@');
  });

  test('fields that nobody knows yet change nothing', () => {
    const event = { eventType: 'Send', mail: { ...mail, newField: 1 }, send: { more: true }, extra: [] };
    expect(read(event)).toEqual(read({ eventType: 'Send', mail }));
  });

  test.each(['Open', 'Click', 'Subscription', 'Something New'])('%s is ignored', (eventType) => {
    expect(read({ eventType, mail })).toEqual({ ignored: 'event-type' });
  });

  test.each([
    ['no tags', {}],
    ['no attempt', { ...tags, attempt: undefined }],
    ['an attempt that is no number', { ...tags, attempt: ['one'] }],
    ['two deliveries', { ...tags, delivery: ['a', 'b'] }],
    ['an enrollment of a strange form', { ...tags, enrollment: ['enr 1'] }],
  ])('an email with %s is not ours and is ignored', (_, odd) => {
    expect(read({ eventType: 'Send', mail: { ...mail, tags: odd } })).toEqual({ ignored: 'tags' });
  });

  test("the mail service's own word that it found the topic is ignored", () => {
    expect(readSesEvent('Successfully validated SNS topic for Amazon SES event publishing.')).toEqual({
      ignored: 'topic-validation',
    });
  });

  test.each([
    ['not JSON', 'ana@mail.example', 'message.not-json'],
    ['no event type', JSON.stringify({ mail }), 'mail-event.malformed'],
    ['a list', '[]', 'mail-event.malformed'],
    ['null', 'null', 'mail-event.malformed'],
    ['no mail', JSON.stringify({ eventType: 'Send' }), 'mail-event.malformed'],
    ['no bounce', JSON.stringify({ eventType: 'Bounce', mail }), 'mail-event.malformed'],
    ['a bounce of an unknown kind', JSON.stringify(bounce('Sideways')), 'mail-event.malformed'],
    [
      'an address for a bounce sub-type',
      JSON.stringify(bounce('Permanent', 'ana@mail.example')),
      'mail-event.malformed',
    ],
    [
      'a time that is none',
      JSON.stringify({ eventType: 'Send', mail: { ...mail, timestamp: 'noon' } }),
      'mail-event.malformed',
    ],
  ])('%s throws for the dead-letter queue, without repeating it', (_, body, code) => {
    expect(() => readSesEvent(body)).toThrow(expect.objectContaining({ code, retryable: false }));
    expect(() => readSesEvent(body)).not.toThrow(/ana@/);
  });
});
