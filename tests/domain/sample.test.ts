import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noticeDaysLeft, noticeDueOn } from '../../functions/domain/completion-notice.ts';
import { drawSample } from '../../functions/domain/sample.ts';

const ids = Array.from({ length: 40 }, (_, i) => `enr-${i}`);

describe('a sample', () => {
  test('is the same whatever the order of the ids, and no larger than there are ids', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ids), fc.nat(50), fc.string(), (some, size, seed) => {
        const drawn = drawSample(some, size, seed);
        expect(drawn).toEqual(drawSample([...some].sort(), size, seed));
        expect(drawn).toHaveLength(Math.min(size, some.length));
        expect(new Set(drawn).size).toBe(drawn.length);
      }),
    );
  });

  test('of more records holds a sample of fewer by the same seed', () => {
    const few = drawSample(ids, 5, 'seed');
    expect(drawSample(ids, 12, 'seed')).toEqual(expect.arrayContaining(few));
  });

  test('is drawn as its description says: the lowest SHA-256 tickets', () => {
    expect(drawSample(ids, 4, 'lottery of 2 March')).toEqual(drawSample(ids, 4, 'lottery of 2 March'));
    expect(drawSample(ids, 4, 'lottery of 2 March')).not.toEqual(drawSample(ids, 4, 'lottery of 3 March'));
  });

  test('favours nobody: over many seeds each id is drawn about as often as any other', () => {
    const times = new Map<string, number>();
    for (let seed = 0; seed < 2_000; seed++)
      for (const id of drawSample(ids, 4, `seed ${seed}`)) times.set(id, (times.get(id) ?? 0) + 1);
    // 200 each in the mean, with a deviation of some 13.
    for (const id of ids) expect(Math.abs((times.get(id) ?? 0) - 200)).toBeLessThan(70);
  });
});

describe('the notice of a completion', () => {
  test('is due 45 days after it, over months and leap days', () => {
    expect(noticeDueOn('2026-01-31')).toBe('2026-03-17');
    expect(noticeDueOn('2028-01-31')).toBe('2028-03-16');
  });

  test('has 45 days left on the day itself, none on the last, and is overdue after it', () => {
    expect(noticeDaysLeft('2026-03-01', '2026-03-01')).toBe(45);
    expect(noticeDaysLeft('2026-03-01', '2026-04-15')).toBe(0);
    expect(noticeDaysLeft('2026-03-01', '2026-04-16')).toBe(-1);
  });
});
