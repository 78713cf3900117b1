import type { Interval, MetProgress, RequirementProgress } from './progress.ts';
import type { Instant } from './time.ts';

/** What a description says of a requirement: its standing without the fingerprints of its evidence. */
export type DescribedProgress =
  | Exclude<RequirementProgress, { status: 'met' | 'not-met' }>
  | Omit<MetProgress, 'basis'>
  | { status: 'not-met' };

/** As long as a fact in the ledger may be. */
const maxLength = 300;
const hoursPattern = /^(?<sum>[\d.e+-]+)h(?:@(?<at>.+))?$/;
const intervalPattern = /^(?<from>[\d-]+)\/(?<to>[\d-]+|\.\.)(?:@(?<at>.+))?$/;

/**
 * One requirement's standing as the ledger keeps it: all that a completion is judged by, so that `parseProgress` has it
 * back. An instant after `@` is left out where it is the one that the requirement is met since; an interval's is given
 * to the minute. Of more intervals than there is room for those that end first are left out, which `…` says.
 *
 * @example 'met 2026-02-13T12:00:00.000Z 2026-01-20/2028-01-20 7.5h@2026-02-14T12:00:00.000Z'
 */
export function describeProgress(progress: RequirementProgress | null): string {
  if (progress === null) return 'missing';
  if (progress.status === 'unsettled') return `unsettled ${progress.why}`;
  if (progress.status !== 'met') return progress.status;
  const { since, hours } = progress;
  const accepted = (at: Instant, short: string) => (at === since ? '' : `@${short}`);
  const told = hours && `${hours.sum}h${accepted(hours.at, hours.at)}`;
  const written = (kept: readonly Interval[], more: string | undefined) =>
    [
      `met ${since}`,
      ...kept.map((i) => `${i.from}/${i.to ?? '..'}${accepted(i.at, `${i.at.slice(0, 16)}Z`)}`),
      more,
      told,
    ]
      .filter(Boolean)
      .join(' ');
  let kept = progress.intervals?.filter((interval, i, all) => !isCovered(interval, i, all)) ?? [];
  let text = written(kept, undefined);
  while (text.length > maxLength && kept.length > 1) {
    const firstToEnd = kept.reduce((a, b) => (endOf(b) < endOf(a) ? b : a));
    kept = kept.filter((interval) => interval !== firstToEnd);
    text = written(kept, '…');
  }
  return text;
}

/** What `describeProgress` said, read back; undefined: nothing stands there. What it never says throws. */
export function parseProgress(description: string): DescribedProgress | undefined {
  const [status, since = '', ...rest] = description.split(' ');
  if (status === 'missing') return undefined;
  if (status === 'awaiting' || status === 'not-met') return { status };
  if (status === 'unsettled' && (since === 'edited' || since === 'deleted')) return { status, why: since };
  if (status !== 'met' || since === '') throw new Error(`not a description of progress: ${description}`);
  const progress: Omit<MetProgress, 'basis'> = { status, since };
  for (const word of rest) {
    const hours = hoursPattern.exec(word)?.groups;
    const interval = intervalPattern.exec(word)?.groups;
    if (hours) progress.hours = { sum: Number(hours.sum), at: hours.at ?? since };
    else if (interval) {
      const { from = '', to, at } = interval;
      progress.intervals ??= [];
      progress.intervals.push({
        from,
        at: at?.replace('Z', ':00.000Z') ?? since,
        ...(to !== undefined && to !== '..' && { to }),
      });
    } else if (word !== '…') throw new Error(`not a description of progress: ${description}`);
  }
  return progress;
}

/** Another interval says all that this one does: it begins, was accepted and ends no worse. */
function isCovered(interval: Interval, i: number, all: readonly Interval[]): boolean {
  return all.some((other, j) => {
    if (i === j || other.from > interval.from || other.at > interval.at || endOf(other) < endOf(interval)) return false;
    const same = other.from === interval.from && other.at === interval.at && endOf(other) === endOf(interval);
    return !same || j < i;
  });
}

function endOf(interval: Interval): string {
  return interval.to ?? '9999-12-31';
}
