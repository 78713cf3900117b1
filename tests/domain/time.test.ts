import { expect, test } from 'vitest';
import { addDays, addMonths, civilDateOf, timeZoneSchema } from '../../functions/domain/time.ts';

test('a civil date is read in the program time zone', () => {
  expect(civilDateOf('2026-03-06T03:00:00.000Z', 'America/New_York')).toBe('2026-03-05');
  expect(civilDateOf('2026-03-06T03:00:00.000Z', 'Asia/Tokyo')).toBe('2026-03-06');
});

test('a month after the end of a month is the end of the next', () => {
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(addMonths('2024-02-29', 24)).toBe('2026-02-28');
  expect(addMonths('2026-11-30', 3)).toBe('2027-02-28');
});

test('days run across months and years', () => expect(addDays('2026-12-30', 3)).toBe('2027-01-02'));

test('a time zone that nobody knows is refused', () =>
  expect(timeZoneSchema.safeParse('Mars/Olympus').success).toBe(false));
