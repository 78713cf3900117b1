import { epochOf, type Instant } from '../domain/time.ts';

/** How long ago, in the largest unit that fits: `3 d`, `5 h`, `12 min`, `40 s`. */
export function ageOf(since: Instant, now: Instant): string {
  const seconds = Math.max(0, Math.round((epochOf(now) - epochOf(since)) / 1000));
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 2 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`;
}
