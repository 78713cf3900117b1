import type { Completion } from './enrollment.ts';
import { type Framework, type Requirement, requirementsOf } from './framework.ts';
import type { Program } from './program.ts';
import type { Interval } from './progress.ts';
import type { DescribedProgress } from './progress-description.ts';
import { addMonths, type CivilDate, civilDateOf, type Instant, later } from './time.ts';

type MetProgress = Extract<DescribedProgress, { status: 'met' }>;

/** What a completion is judged on. */
export type Standing = {
  framework: Framework;
  program: Pick<Program, 'policy' | 'timeZone'>;
  enrolledOn: CivilDate;
  progress: Readonly<Record<string, DescribedProgress>>;
};

/** One reason why a record is not complete. */
export type Missing =
  | {
      requirement: string;
      why: 'missing' | 'awaiting' | 'not-met' | 'edited' | 'deleted' | 'lapsed' | 'not-yet-valid';
      on?: CivilDate;
    }
  | { policy: 'minimum-hours'; have: number; need: number }
  | { policy: 'minimum-term'; until: CivilDate };

export type CompletionDecision = { complete: true; completion: Completion } | { complete: false; missing: Missing[] };

/**
 * Is the record complete, and since when? The completion date is the first day on which everything was met at once:
 * the day of the last requirement met, or later where a required certificate was renewed or the term ran out later.
 * Every required certificate is in force on that very day; a lapse after it does not matter.
 */
export function decideCompletion(standing: Standing, now: Instant): CompletionDecision {
  const today = civilDateOf(now, standing.program.timeZone);
  const unmet = listUnmet(standing);
  if (unmet.length > 0) return { complete: false, missing: [...unmet, ...policyGaps(standing, today).missing] };

  const { plain, certificates } = partition(standing);
  const gaps = policyGaps(standing, today);
  if (gaps.missing.length > 0) return { complete: false, missing: gaps.missing };
  const at = [...plain.map((p) => p.since), gaps.hoursAt].reduce<Instant>((a, b) => (b ? later(a, b) : a), '');
  const earliest = later(
    at === '' ? standing.enrolledOn : civilDateOf(at, standing.program.timeZone),
    gaps.termOn ?? standing.enrolledOn,
  );
  const on = firstDayInForce(earliest, certificates, standing.program.timeZone);
  if (on === undefined || on > today) {
    const missing = certificates.filter((c) => !covers(c.progress, today)).map((c) => lapse(c, today));
    return { complete: false, missing: missing.length > 0 ? missing : certificates.map((c) => lapse(c, earliest)) };
  }
  const accepted = certificates.map((c) => acceptedAt(c.progress, on, standing.program.timeZone));
  return { complete: true, completion: { on, at: accepted.reduce(later, at) } };
}

/** Does the record still carry a completion that was dated `on`? Certificates are judged on that day, not on today. */
export function stillHolds(standing: Standing, on: CivilDate): boolean {
  for (const requirement of requirementsOf(standing.framework).values()) {
    const progress = standing.progress[requirement.id];
    if (progress?.status !== 'met') return false;
    if (requirement.kind === 'certificate' && !covers(progress, on)) return false;
  }
  const { minimumHours } = standing.program.policy;
  return minimumHours === null || hoursOf(standing).sum >= minimumHours;
}

/** One skill set's completion, for an interim credential. */
export function decideSkillSet(standing: Standing, setId: string): Completion | undefined {
  const set = standing.framework.skillSets.find((s) => s.id === setId);
  if (!set) return undefined;
  let at = '';
  for (const skill of set.skills) {
    const progress = standing.progress[skill.id];
    if (progress?.status !== 'met') return undefined;
    at = later(at, progress.since);
  }
  return { at, on: civilDateOf(at, standing.program.timeZone) };
}

function listUnmet({ framework, progress }: Standing): Missing[] {
  const missing: Missing[] = [];
  for (const { id } of requirementsOf(framework).values()) {
    const p = progress[id];
    if (p === undefined) missing.push({ requirement: id, why: 'missing' });
    else if (p.status === 'unsettled') missing.push({ requirement: id, why: p.why });
    else if (p.status !== 'met') missing.push({ requirement: id, why: p.status });
  }
  return missing;
}

type HeldCertificate = { requirement: Requirement; progress: MetProgress };

function partition({ framework, progress }: Standing): { plain: MetProgress[]; certificates: HeldCertificate[] } {
  const plain: MetProgress[] = [];
  const certificates: HeldCertificate[] = [];
  for (const requirement of requirementsOf(framework).values()) {
    const p = progress[requirement.id] as MetProgress;
    if (requirement.kind === 'certificate') certificates.push({ requirement, progress: p });
    else plain.push(p);
  }
  return { plain, certificates };
}

function policyGaps(
  standing: Standing,
  today: CivilDate,
): { missing: Missing[]; hoursAt?: Instant; termOn?: CivilDate } {
  const { minimumHours, minimumTermMonths } = standing.program.policy;
  const missing: Missing[] = [];
  const result: { missing: Missing[]; hoursAt?: Instant; termOn?: CivilDate } = { missing };
  if (minimumHours !== null) {
    const { sum, credits } = hoursOf(standing);
    if (sum < minimumHours) missing.push({ policy: 'minimum-hours', have: sum, need: minimumHours });
    let running = 0;
    for (const credit of credits) {
      running += credit.sum;
      if (running >= minimumHours) {
        result.hoursAt = credit.at;
        break;
      }
    }
  }
  if (minimumTermMonths !== null) {
    result.termOn = addMonths(standing.enrolledOn, minimumTermMonths);
    if (result.termOn > today) missing.push({ policy: 'minimum-term', until: result.termOn });
  }
  return result;
}

function hoursOf({ progress }: Standing) {
  const credits = Object.values(progress)
    .flatMap((p) => (p.status === 'met' && p.hours ? [p.hours] : []))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return { credits, sum: credits.reduce((total, credit) => total + credit.sum, 0) };
}

/** The first day, not before `earliest`, on which every certificate has an interval in force that was accepted by then. */
function firstDayInForce(
  earliest: CivilDate,
  certificates: readonly HeldCertificate[],
  timeZone: string,
): CivilDate | undefined {
  const starts = certificates.flatMap((c) => (c.progress.intervals ?? []).map((i) => effectiveFrom(i, timeZone)));
  const candidates = [earliest, ...starts.filter((day) => day > earliest)].sort();
  return candidates.find((day) =>
    certificates.every((c) =>
      c.progress.intervals?.some((i) => effectiveFrom(i, timeZone) <= day && !endsBefore(i, day)),
    ),
  );
}

function acceptedAt(progress: MetProgress, on: CivilDate, timeZone: string): Instant {
  const covering = (progress.intervals ?? []).filter((i) => effectiveFrom(i, timeZone) <= on && !endsBefore(i, on));
  return covering.map((i) => i.at).sort()[0] as Instant;
}

/** In force on a day: the expiry day included. */
export function covers(progress: MetProgress, on: CivilDate): boolean {
  return progress.intervals?.some((i) => i.from <= on && !endsBefore(i, on)) ?? false;
}

function effectiveFrom(interval: Interval, timeZone: string): CivilDate {
  return later(interval.from, civilDateOf(interval.at, timeZone));
}

function endsBefore(interval: Interval, day: CivilDate): boolean {
  return interval.to !== undefined && interval.to < day;
}

function lapse({ requirement, progress }: HeldCertificate, on: CivilDate): Missing {
  const last = (progress.intervals ?? [])
    .map((i) => i.to ?? '9999-12-31')
    .sort()
    .at(-1);
  if (last !== undefined && last < on) return { requirement: requirement.id, why: 'lapsed', on: last };
  return { requirement: requirement.id, why: 'not-yet-valid' };
}
