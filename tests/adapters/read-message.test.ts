import { describe, expect, test } from 'vitest';
import { readMessage } from '../../functions/adapters/aws/read-message.ts';
import { deliveryRequestedSchema } from '../../functions/domain/messages.ts';

const message = {
  type: 'delivery-requested',
  version: 1,
  program: 'peer-specialist',
  enrollment: 'enr-1',
  deliveryId: 'dlv-1',
};
const reading = (body: string) => () => readMessage(deliveryRequestedSchema, body);

describe('reading queue messages', () => {
  test('a message of the known version is read', () => {
    expect(reading(JSON.stringify(message))()).toEqual(message);
  });

  test.each([
    [{ ...message, version: 2, more: 'x' }, 'delivery-requested version 2'],
    [{ ...message, type: 'issue-requested' }, 'issue-requested version 1'],
    [{ type: 'something <b>else</b>', version: 1 }, 'without a type and a version'],
    [{}, 'without a type and a version'],
    [null, 'a message is malformed'],
  ])('what this step does not know is named, and never repeated: %#', (body, words) => {
    expect(reading(JSON.stringify(body))).toThrow(words);
    expect(reading(JSON.stringify(body))).not.toThrow('<b>');
  });

  test('an unknown version has a code of its own and is not worth a retry', () => {
    expect(reading(JSON.stringify({ ...message, version: 2 }))).toThrow(
      expect.objectContaining({ code: 'message.unknown', retryable: false }),
    );
  });

  test('a malformed message names its field', () => {
    const malformed = reading(JSON.stringify({ ...message, deliveryId: 'a b' }));
    expect(malformed).toThrow(expect.objectContaining({ code: 'message.malformed' }));
    expect(malformed).toThrow('deliveryId');
  });

  test('what is not JSON is not repeated', () => {
    expect(reading('secret')).toThrow(
      expect.objectContaining({ code: 'message.not-json', message: 'a message is not JSON' }),
    );
  });
});
