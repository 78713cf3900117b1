import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenBucket } from '../../../infra/local/http/token-bucket.ts';

test('lets through a burst, then as many a second as it says', () => {
  let now = 0;
  const passes = tokenBucket({ perSecond: 2, burst: 3 }, () => now);
  const passed = (times: number) => Array.from({ length: times }, passes).filter(Boolean).length;
  expect(passed(10)).toBe(3);
  now = 500;
  expect(passed(10)).toBe(1);
  now = 60_000;
  expect(passed(10)).toBe(3);
});

test('in no stretch of time more pass than the burst and what flows in meanwhile', () => {
  const limit = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(limit, fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200 }), (of, pauses) => {
      let now = 0;
      const passes = tokenBucket(of, () => now);
      const at: number[] = [];
      for (const pause of pauses) {
        now += pause;
        if (passes()) at.push(now);
      }
      for (const [i, from] of at.entries()) {
        for (const [j, to] of at.slice(i).entries()) {
          expect(j + 1).toBeLessThanOrEqual(of.burst + ((to - from) / 1000) * of.perSecond + 1e-6);
        }
      }
    }),
    { numRuns: 100 },
  );
});
