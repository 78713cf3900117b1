import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../functions/adapters/aws/ses-mailer.ts';

const answer = (name: string, status: number, message = '') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const broken = (code: string, message = '', name = 'Error') => Object.assign(new Error(message), { name, code });

describe('what a failed send means', () => {
  test.each([
    [answer('MessageRejected', 400, 'Message contains a virus'), 'mail.message-rejected'],
    [answer('InvalidParameterValue', 400, 'Illegal address'), 'mail.invalid-parameter-value'],
  ])('an email that SES will not carry is refused for good: $message', (error, code) => {
    expect(outcomeOf(error)).toEqual({ outcome: 'refused', permanent: true, code });
  });

  test.each([
    [
      answer('MessageRejected', 400, 'Email address is not verified. The following identities failed: a@b.example'),
      'mail.message-rejected',
    ],
    [answer('MailFromDomainNotVerifiedException', 400), 'mail.mail-from-domain-not-verified'],
    [answer('ConfigurationSetDoesNotExistException', 400), 'mail.configuration-set-does-not-exist'],
    [answer('ConfigurationSetSendingPausedException', 400), 'mail.configuration-set-sending-paused'],
    [answer('AccountSendingPausedException', 400), 'mail.account-sending-paused'],
    [answer('AccessDenied', 403), 'mail.access-denied'],
    [answer('Throttling', 400, 'Maximum sending rate exceeded.'), 'mail.throttling'],
    [answer('LimitExceededException', 400), 'mail.limit-exceeded'],
    [answer('ServiceUnavailable', 503), 'mail.service-unavailable'],
  ])('what time or an operator mends is refused for now: $name', (error, code) => {
    expect(outcomeOf(error)).toEqual({ outcome: 'refused', permanent: false, code });
  });

  test.each([
    broken('ECONNREFUSED'),
    broken('ENOTFOUND'),
    broken('', 'the request socket did not establish a connection with the server within', 'TimeoutError'),
    broken('', 'Could not load credentials', 'CredentialsProviderError'),
  ])('an email that never left is refused for now: %#', (error) => {
    expect(outcomeOf(error)).toEqual({ outcome: 'refused', permanent: false, code: 'mail.unreachable' });
  });

  test.each([
    broken('ETIMEDOUT', 'a request has exceeded the configured 20000 ms requestTimeout', 'TimeoutError'),
    broken('ECONNRESET', 'socket hang up'),
    broken('EPIPE'),
    answer('InternalFailure', 500),
    answer('BadGateway', 502),
    answer('SyntaxError', 200),
    new Error('SES answered without a message id'),
    'odd',
  ])('of a send without an answer nobody knows whether it went out: %#', (error) => {
    expect(() => outcomeOf(error)).toThrow(expect.objectContaining({ code: 'mail.unknown', retryable: true }));
  });

  test('no outcome repeats the words of the mail service', () => {
    expect(JSON.stringify(outcomeOf(answer('MessageRejected', 400, 'a@b.example is not verified')))).not.toContain('@');
    expect(() => outcomeOf(broken('ECONNRESET', 'a@b.example'))).not.toThrow(/@/);
  });
});
