import { expect, test } from 'vitest';
import { issueRequestedSchema } from '../../functions/domain/messages.ts';

const message = {
  type: 'issue-requested',
  version: 1,
  program: 'harbor',
  enrollment: 'enr-1',
  achievement: 'completion',
  credentialId: 'crd-1',
  requestedAt: '2026-03-01T12:00:00.000Z',
};

test('a message of our version is taken', () => expect(issueRequestedSchema.safeParse(message).success).toBe(true));

test('a message of an unknown version is refused and says so', () => {
  const refused = issueRequestedSchema.safeParse({ ...message, version: 2 });
  expect(refused.error?.issues[0]).toMatchObject({ path: ['version'], message: 'Invalid input: expected 1' });
});

test('an achievement is the completion or a skill set', () => {
  expect(issueRequestedSchema.safeParse({ ...message, achievement: 'skill-set:engage' }).success).toBe(true);
  expect(issueRequestedSchema.safeParse({ ...message, achievement: 'anything' }).success).toBe(false);
});
