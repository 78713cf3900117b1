import { expect, test } from 'vitest';
import { describeLoad, faultsOf } from './report.ts';
import { surge } from './surge.ts';

test('a surge drains at the rate that the mail account takes, and nothing is lost', { timeout: 240_000 }, async () => {
  const report = { surge: await surge({ apprentices: 24, mailRatePerSecond: 4, tell: () => undefined }) };
  expect(faultsOf(report)).toEqual([]);
  expect(report.surge).toMatchObject({ emails: 24, broken: [] });
  expect(report.surge.mostEmailsInASecond).toBeLessThanOrEqual(4);
  const text = describeLoad(report);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  // It can fail: what is over its bound is named.
  const over = {
    ...report.surge,
    emails: 23,
    throttled: 5,
    mostEmailsInASecond: 5,
    peaks: { 'function deliver': 9_999 },
  };
  expect(faultsOf({ surge: over })).toHaveLength(4);
});
