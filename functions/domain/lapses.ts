import type { Enrollment } from './enrollment.ts';
import { sha256 } from './hash.ts';
import { addDays, type CivilDate } from './time.ts';

/** A required certificate that is in force no more. `on`: the last day that it was. */
export type Lapse = { requirement: string; on: CivilDate };

/** Of an enrollment that is complete: the required certificates that have lapsed since, and were not renewed. */
export function lapsesSinceCompletion(
  { status, progress, pointers, completion }: Pick<Enrollment, 'status' | 'progress' | 'pointers' | 'completion'>,
  today: CivilDate,
): Lapse[] {
  const completedOn = pointers.completion?.active?.completedOn ?? completion?.on;
  if (status !== 'complete' || completedOn === undefined) return [];
  return Object.entries(progress).flatMap(([requirement, p]) => {
    if (p.status !== 'met' || !p.intervals) return [];
    if (p.intervals.some(({ from, to }) => from <= today && (to === undefined || today <= to))) return [];
    const on = p.intervals
      .flatMap(({ to }) => (to !== undefined && to < today ? [to] : []))
      .sort()
      .at(-1);
    return on !== undefined && on >= completedOn ? [{ requirement, on }] : [];
  });
}

/** Who is complete is looked at every so many days: there are ever more of them. */
export const daysBetweenLooks = 7;

/** Is it this enrollment's turn? Each has its own day, the same every week. */
export function isLookDay(enrollment: string, today: CivilDate): boolean {
  const place = Number.parseInt(sha256(enrollment).slice(0, 8), 16);
  return (place + Date.parse(today) / 86_400_000) % daysBetweenLooks === 0;
}

/** A lapse is noted on one of the looks of these days; what is older was noted, or came before we looked. */
export function isFresh({ on }: Lapse, today: CivilDate): boolean {
  return addDays(on, 5 * daysBetweenLooks) >= today;
}
