/** When something runs: every so often, or at times of a UTC calendar. */
export type ScheduleExpression = { kind: 'rate'; everyMs: number } | { kind: 'cron'; fields: CronFields };

interface CronFields {
  minutes: Set<number>;
  hours: Set<number>;
  /** Undefined where the days of the week decide (`?`). */
  daysOfMonth: Set<number> | undefined;
  months: Set<number>;
  /** 1 is Sunday. Undefined where the days of the month decide (`?`). */
  daysOfWeek: Set<number> | undefined;
  /** Undefined: every year. */
  years: Set<number> | undefined;
}

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** A schedule that never runs again within this time never runs. */
const horizonDays = 366 * 8;

/**
 * Reads `rate(5 minutes)` or `cron(minutes hours day-of-month month day-of-week year)`; undefined for what is neither,
 * and for the calendar's rarer marks (`L`, `W`, `#`).
 */
export function parseSchedule(expression: string): ScheduleExpression | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const everyMs = Number(rate[1]) * (unitMs[rate[2] ?? ''] ?? 0);
    return everyMs > 0 ? { kind: 'rate', everyMs } : undefined;
  }
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (cron?.length !== 6) return undefined;
  const [minutes, hours, daysOfMonth, months, daysOfWeek, years] = [
    readField(cron[0], 0, 59),
    readField(cron[1], 0, 23),
    readField(cron[2], 1, 31),
    readField(cron[3], 1, 12, monthNames),
    readField(cron[4], 1, 7, dayNames),
    readField(cron[5], 1970, 2199),
  ];
  // Exactly one of the two days is `?`.
  const areDaysSound = (cron[2] === '?') !== (cron[4] === '?');
  if (
    !minutes ||
    !hours ||
    !months ||
    !years ||
    !areDaysSound ||
    (!daysOfMonth && cron[2] !== '?') ||
    (!daysOfWeek && cron[4] !== '?')
  )
    return undefined;
  return {
    kind: 'cron',
    fields: { minutes, hours, daysOfMonth, months, daysOfWeek, years: cron[5] === '*' ? undefined : years },
  };
}

/**
 * The next time a schedule runs.
 *
 * @param after milliseconds since 1970
 * @param last when it ran last; of a rate, what the next is counted from
 * @returns milliseconds since 1970; undefined: never again
 */
export function nextRun(expression: ScheduleExpression, after: number, last?: number): number | undefined {
  if (expression.kind === 'rate') return Math.max(after, (last ?? after) + expression.everyMs);
  const { fields } = expression;
  const minute = new Date(Math.floor(after / 60_000) * 60_000 + 60_000);
  const day = new Date(Date.UTC(minute.getUTCFullYear(), minute.getUTCMonth(), minute.getUTCDate()));
  for (let days = 0; days <= horizonDays; days++) {
    if (isDay(fields, day)) {
      for (const hour of sorted(fields.hours)) {
        for (const each of sorted(fields.minutes)) {
          const at = day.getTime() + hour * 3_600_000 + each * 60_000;
          if (at >= minute.getTime()) return at;
        }
      }
    }
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return undefined;
}

function isDay(fields: CronFields, day: Date): boolean {
  return (
    fields.months.has(day.getUTCMonth() + 1) &&
    (fields.years?.has(day.getUTCFullYear()) ?? true) &&
    (fields.daysOfMonth?.has(day.getUTCDate()) ?? true) &&
    (fields.daysOfWeek?.has(day.getUTCDay() + 1) ?? true)
  );
}

const sorted = (numbers: Set<number>) => [...numbers].sort((a, b) => a - b);

/** `*`, `5`, `1-5`, `0/15`, `10-20/2`, `MON-FRI`, and lists of them; undefined for `?` and whatever else. */
function readField(field = '', lowest: number, highest: number, names: string[] = []): Set<number> | undefined {
  const values = new Set<number>();
  const numberOf = (text: string) =>
    names.includes(text) ? names.indexOf(text) + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  for (const part of field.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first = '', end] = range.split('-');
    const from = range === '*' ? lowest : numberOf(first);
    const to = range === '*' || (step !== undefined && end === undefined) ? highest : numberOf(end ?? first);
    if (!(from >= lowest && to <= highest && from <= to) || step === '0') return undefined;
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}
