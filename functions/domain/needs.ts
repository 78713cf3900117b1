import type { Delivery } from './delivery.ts';
import type { Enrollment } from './enrollment.ts';
import type { RequirementProgress } from './progress.ts';
import { addDays, addSeconds, type CivilDate, type Instant } from './time.ts';

/** What in a program needs somebody: something failed, a certificate lapses soon, a record stands still. */
export const needs = ['failed', 'lapsing', 'stuck'] as const;
export type Need = (typeof needs)[number];

/** An open record in which nothing has changed for so long counts as stuck. */
export const stuckAfterDays = 30;
/** A required certificate that lapses within so many days is shown. */
export const lapseShownDays = 60;

/**
 * Since when an email waits for a person: it is parked, or whoever got it called it unwanted, and nobody has set it
 * aside or sent another in its place. One that bounced and is tried again by itself waits for nobody yet.
 */
export function deliveryTroubleSince(
  delivery: Pick<Delivery, 'state' | 'queuedAt' | 'settledAt' | 'setAside' | 'resentAs'>,
): Instant | undefined {
  const { state, setAside, resentAs, settledAt, queuedAt } = delivery;
  const failed = state === 'parked' || state === 'complained';
  return failed && !setAside && resentAs === undefined ? (settledAt ?? queuedAt) : undefined;
}

/**
 * Since when a certificate of an enrollment waits for a person: the oldest that could not be made and that nobody has
 * set aside, or that is suspended. Of those from before their instants were kept, the instant that is known.
 */
export function certificateTroubleSince({ pointers }: Pick<Enrollment, 'pointers'>): Instant | undefined {
  return Object.values(pointers)
    .flatMap(({ active, pending }) => [
      ...(pending?.parked !== undefined && !pending.setAside ? [pending.parkedAt ?? pending.requestedAt] : []),
      ...(active?.suspended ? [active.suspendedAt ?? `${active.completedOn}T00:00:00.000Z`] : []),
    ])
    .sort()[0];
}

/** Has nothing changed in an open record for too long? */
export function isStuck({ status, lastChangeAt }: Pick<Enrollment, 'status' | 'lastChangeAt'>, now: Instant): boolean {
  return status === 'open' && lastChangeAt < addSeconds(now, -stuckAfterDays * 24 * 3600);
}

/** The last day on which a certificate that is held is in force: undefined where it ends never, or nothing is held. */
export function lastDayOf(held: RequirementProgress | null | undefined): CivilDate | undefined {
  if (held?.status !== 'met' || !held.intervals) return undefined;
  let last: CivilDate | undefined;
  for (const { to } of held.intervals) {
    if (to === undefined) return undefined;
    if (last === undefined || to > last) last = to;
  }
  return last;
}

/** The first day, today or later, on which one of the certificates ends; what has lapsed already hides none. */
export function nextLapse(
  held: Iterable<RequirementProgress | null | undefined>,
  today: CivilDate,
): CivilDate | undefined {
  let next: CivilDate | undefined;
  for (const each of held) {
    const last = lastDayOf(each);
    if (last !== undefined && last >= today && (next === undefined || last < next)) next = last;
  }
  return next;
}

/** Who has left holds no certificate that the program must see to. */
export function lapseShownOn({ status, lapseOn }: Pick<Enrollment, 'status' | 'lapseOn'>): CivilDate | undefined {
  return status === 'withdrawn' ? undefined : lapseOn;
}

/** Days that the daily look may take to move an enrollment on whose day has passed, in whatever time zone. */
const lapseLookDays = 2;

/**
 * Is the day that an enrollment carries for its next lapse the one that its certificates say? Between midnight and the
 * daily look it may be the one that has just passed.
 */
export function isLapseKept(
  { progress, lapseOn }: Pick<Enrollment, 'progress' | 'lapseOn'>,
  today: CivilDate,
): boolean {
  const held = Object.values(progress);
  const before = addDays(today, -lapseLookDays);
  if (lapseOn === undefined || lapseOn >= today) return lapseOn === nextLapse(held, today);
  return lapseOn >= before && held.some((each) => lastDayOf(each) === lapseOn);
}
