import type { Delivery } from './delivery.ts';
import type { Enrollment } from './enrollment.ts';
import type { Program } from './program.ts';
import type { RequirementProgress } from './progress.ts';
import { addDays, addSeconds, type CivilDate, civilDateOf, type Instant } from './time.ts';

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

/** What failed and waits for a person. */
export const faultCodes = ['certificate-parked', 'certificate-suspended', 'email-parked', 'email-complained'] as const;
export type Fault = { code: (typeof faultCodes)[number]; since: Instant };

function emailFault(delivery: Parameters<typeof deliveryTroubleSince>[0]): Fault | undefined {
  const since = deliveryTroubleSince(delivery);
  if (since === undefined) return undefined;
  return { code: delivery.state === 'complained' ? 'email-complained' : 'email-parked', since };
}

/**
 * A certificate of an enrollment waits for a person while it could not be made and nobody has set it aside, or while it
 * is suspended. Of those from before their instants were kept, the instant that is known.
 */
function certificateFaults({ pointers }: Pick<Enrollment, 'pointers'>): Fault[] {
  return Object.values(pointers).flatMap(({ active, pending }): Fault[] => [
    ...(pending?.parked !== undefined && !pending.setAside
      ? [{ code: 'certificate-parked' as const, since: pending.parkedAt ?? pending.requestedAt }]
      : []),
    ...(active?.suspended
      ? [{ code: 'certificate-suspended' as const, since: active.suspendedAt ?? `${active.completedOn}T00:00:00.000Z` }]
      : []),
  ]);
}

/** Since when a certificate of an enrollment waits for a person: the oldest of them. */
export function certificateTroubleSince(enrollment: Pick<Enrollment, 'pointers'>): Instant | undefined {
  return certificateFaults(enrollment)
    .map(({ since }) => since)
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

/** Why an enrollment needs somebody, and since when or by which day. */
export type Needed =
  /** The longest waiting comes first. */
  | { need: 'failed'; since: Instant; faults: readonly Fault[] }
  /** Ids of the required certificates that end on that day. Some may be sensitive: whoever tells of them looks. */
  | { need: 'lapsing'; on: CivilDate; certificates: readonly string[] }
  | { need: 'stuck'; since: Instant };

type Needy = Pick<Enrollment, 'enrollment' | 'status' | 'progress' | 'pointers' | 'lastChangeAt'>;
type Email = Parameters<typeof deliveryTroubleSince>[0] & Pick<Delivery, 'enrollment'>;

/**
 * What an enrollment needs of somebody for one reason, as it and its emails were read: the last word for every list of
 * those who need somebody, since an index lags behind. Undefined: nothing. Emails of other enrollments say nothing.
 */
export function neededOf(
  need: Need,
  enrollment: Needy,
  emails: readonly Email[],
  { timeZone }: Pick<Program, 'timeZone'>,
  now: Instant,
): Needed | undefined {
  switch (need) {
    case 'failed': {
      const own = emails.filter((each) => each.enrollment === enrollment.enrollment);
      const faults = [...certificateFaults(enrollment), ...own.flatMap((each) => emailFault(each) ?? [])];
      faults.sort((a, b) => (a.since < b.since ? -1 : Number(a.since > b.since)));
      return faults[0] && { need, since: faults[0].since, faults };
    }
    case 'lapsing':
      return lapsing(enrollment, civilDateOf(now, timeZone));
    case 'stuck':
      return isStuck(enrollment, now) ? { need, since: enrollment.lastChangeAt } : undefined;
  }
}

function lapsing({ status, progress }: Needy, today: CivilDate): Needed | undefined {
  const on = nextLapse(Object.values(progress), today);
  if (lapseShownOn({ status, lapseOn: on }) === undefined || on === undefined) return undefined;
  if (on > addDays(today, lapseShownDays)) return undefined;
  const certificates = Object.keys(progress).filter((id) => lastDayOf(progress[id]) === on);
  return { need: 'lapsing', on, certificates: certificates.sort() };
}
