import { describe, expect, test } from 'vitest';
import { policySchema } from '../../functions/domain/program.ts';
import { checkpointMonths, keptUntil } from '../../functions/domain/retention.ts';

const policy = (retention?: object) => policySchema().safeParse(retention ? { retention } : {});

describe('how long a program keeps its records', () => {
  test.each([
    [{ years: 5 }, true],
    [{ years: 30 }, true],
    [{ years: 4 }, false],
    [{ years: 4, belowDefault: true }, true],
    [{ years: 4, belowDefault: false }, false],
    [{ years: 0, belowDefault: true }, false],
    [{ years: 5.5 }, false],
    [{}, false],
    [{ years: 5, days: 3 }, false],
  ])('is taken from %o: %s', (retention, taken) => {
    const parsed = policy(retention);
    expect(parsed.success).toBe(taken);
  });

  test('refuses fewer years with the remedy', () => {
    expect(policy({ years: 4 }).error?.issues[0]?.message).toContain('belowDefault says true');
  });

  test('says nothing where a policy says nothing, so that published versions keep their hashes', () => {
    expect(policy().data).not.toHaveProperty('retention');
  });

  const credential = { facts: { completedOn: '2026-02-28' }, requestedAt: '2026-03-02T10:00:00.000Z' };

  test('is five years from the request, or from a completion that came after it', () => {
    expect(keptUntil(credential, {})).toBe('2031-03-02');
    expect(keptUntil({ ...credential, facts: { completedOn: '2026-04-01' } }, {})).toBe('2031-04-01');
    expect(keptUntil({ ...credential, requestedAt: '2024-02-29T10:00:00.000Z' }, {})).toBe('2031-02-28');
  });

  test('is what the policy says, and a checkpoint never less than five years', () => {
    expect(keptUntil(credential, { retention: { years: 10 } })).toBe('2036-03-02');
    expect(keptUntil(credential, { retention: { years: 2, belowDefault: true } })).toBe('2028-03-02');
    expect(checkpointMonths({ retention: { years: 10 } })).toBe(120);
    expect(checkpointMonths({ retention: { years: 2, belowDefault: true } })).toBe(60);
    expect(checkpointMonths({})).toBe(60);
  });
});
