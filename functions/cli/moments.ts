import type { Instant } from '../domain/time.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** An instant as a program's people read it: `2026-01-05 14:03 EST`. */
export function localMoment(instant: Instant, timeZone: string): string {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(new Date(instant))
      .map((part) => [part.type, part.value]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return `${get('year')}-${get('month')}-${get('day')} ${get('hour')}:${get('minute')} ${get('timeZoneName')}`;
}

/** A text with every instant in it told as people read it. */
export function localMoments(text: string, timeZone: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z/g, (instant) => localMoment(instant, timeZone));
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    const twoDigits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      ...twoDigits,
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
