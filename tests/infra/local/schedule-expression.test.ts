import { expect, test } from 'vitest';
import { nextRun, parseSchedule } from '../../../infra/local/runtime/schedule-expression.ts';

const at = (time: string) => Date.parse(`${time}Z`);
const next = (expression: string, after: string) => {
  const schedule = parseSchedule(expression);
  const run = schedule && nextRun(schedule, at(after));
  return run === undefined ? undefined : new Date(run).toISOString().slice(0, 16);
};

test.each([
  ['cron(0 3 * * ? *)', '2026-02-28T03:00', '2026-03-01T03:00'],
  ['cron(0 3 * * ? *)', '2026-02-28T02:59', '2026-02-28T03:00'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:07', '2026-01-01T00:15'],
  ['cron(30 9 ? * MON-FRI *)', '2026-11-21T10:00', '2026-11-23T09:30'],
  ['cron(0 0 29 2 ? *)', '2026-01-01T00:00', '2028-02-29T00:00'],
  ['cron(0 12 1 JAN,JUL ? 2027)', '2026-11-21T10:00', '2027-01-01T12:00'],
])('%s after %s is %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected);
});

test('a year that has passed never comes again', () => {
  expect(next('cron(0 0 1 1 ? 2020)', '2026-01-01T00:00')).toBeUndefined();
});

test('a rate counts from the last run, and one that was missed runs at once', () => {
  const rate = parseSchedule('rate(2 minutes)');
  expect(rate).toEqual({ kind: 'rate', everyMs: 120_000 });
  if (!rate) return;
  expect(nextRun(rate, 1_000_000)).toBe(1_120_000);
  expect(nextRun(rate, 1_000_000, 990_000)).toBe(1_110_000);
  expect(nextRun(rate, 1_000_000, 500_000)).toBe(1_000_000);
});

test.each([
  ['at(2026-01-01T00:00:00)'],
  ['rate(0 minutes)'],
  ['rate(5 weeks)'],
  ['cron(0 3 * * * *)'],
  ['cron(0 3 ? * ? *)'],
  ['cron(60 3 * * ? *)'],
  ['cron(0 3 L * ? *)'],
  ['cron(0 3 * * ?)'],
])('%s is not known', (expression) => {
  expect(parseSchedule(expression)).toBeUndefined();
});
