import * as z from 'zod';

/** A point in time: UTC, ISO 8601 with milliseconds and `Z`. Strings of this shape sort as they follow in time. */
export const instantSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'UTC instant, ISO 8601 with milliseconds' });
export type Instant = z.infer<typeof instantSchema>;

/** A day on a wall calendar (`YYYY-MM-DD`), read in the program's time zone. */
export const civilDateSchema = z.iso.date({ error: dateWords }).meta({ description: 'Civil date, YYYY-MM-DD' });
export type CivilDate = z.infer<typeof civilDateSchema>;

/** Where there is none at all; what is none, the format itself tells. */
function dateWords({ code, input }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'invalid_type') return undefined;
  return input === undefined ? 'is missing; give a date such as 2026-03-01' : 'is not a date; give YYYY-MM-DD';
}

/** An IANA time zone that this runtime knows, `America/New_York` for one. */
export const timeZoneSchema = z.string().max(64).refine(isTimeZone, 'not an IANA time zone that this system knows');

/** How far a submitter's clock may run ahead of the stream's before a date counts as "in the future". */
export const clockToleranceSeconds = 300;

/** Asking the calendar is dear, and whole records are dated within a few minutes. */
type Zone = {
  formatter: Intl.DateTimeFormat;
  /** By minute: offsets are whole minutes since 1972, so that a date never changes within one. */
  knownDates: Map<string, CivilDate>;
  /** By minute too, since the tolerance is whole minutes. */
  knownLatestDates: Map<string, CivilDate>;
};
const zones = new Map<string, Zone>();
const maxKnownDates = 2000;

/** The civil date on which an instant falls in a time zone. */
export function civilDateOf(instant: Instant, timeZone: string): CivilDate {
  const { formatter, knownDates } = zoneOf(timeZone);
  return known(knownDates, instant, () => formatter.format(new Date(instant)));
}

/** The last civil date on which something may have happened that was told at an instant: the clock's tolerance later. */
export function latestDateTold(instant: Instant, timeZone: string): CivilDate {
  const { knownLatestDates } = zoneOf(timeZone);
  return known(knownLatestDates, instant, () => civilDateOf(addSeconds(instant, clockToleranceSeconds), timeZone));
}

function known(dates: Map<string, CivilDate>, instant: Instant, find: () => CivilDate): CivilDate {
  const minute = instant.slice(0, 16);
  const found = dates.get(minute);
  if (found !== undefined) return found;
  const date = find();
  if (dates.size >= maxKnownDates) dates.clear();
  dates.set(minute, date);
  return date;
}

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    const formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    zone = { formatter, knownDates: new Map(), knownLatestDates: new Map() };
    zones.set(timeZone, zone);
  }
  return zone;
}

export function instantOf(epochMilliseconds: number): Instant {
  return new Date(epochMilliseconds).toISOString();
}

export function epochOf(instant: Instant): number {
  return Date.parse(instant);
}

export function addSeconds(instant: Instant, seconds: number): Instant {
  return instantOf(epochOf(instant) + seconds * 1000);
}

export function addDays(date: CivilDate, days: number): CivilDate {
  const [year, month, day] = parts(date);
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

/** Adds calendar months; a day that the target month lacks becomes its last day (31 January + 1 month = 28 February). */
export function addMonths(date: CivilDate, months: number): CivilDate {
  const [year, month, day] = parts(date);
  const lastOfTarget = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastOfTarget))).toISOString().slice(0, 10);
}

/** The later of two instants or of two civil dates. */
export function later<T extends string>(a: T, b: T): T {
  return a > b ? a : b;
}

/** The last instant of a civil day in a time zone. */
export function endOfDay(date: CivilDate, timeZone: string): Instant {
  const dayMinutes = 24 * 60;
  const midnight = Math.floor(epochOf(`${date}T00:00:00.000Z`) / 60_000);
  // No zone is a whole day away from UTC: the first minute past the day lies between these.
  let within = midnight - dayMinutes;
  let past = midnight + 2 * dayMinutes;
  while (past - within > 1) {
    const middle = Math.floor((within + past) / 2);
    if (civilDateOf(instantOf(middle * 60_000), timeZone) <= date) within = middle;
    else past = middle;
  }
  return instantOf(past * 60_000 - 1);
}

function parts(date: CivilDate): [number, number, number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
}

function isTimeZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}
