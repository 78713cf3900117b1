import type { Missing } from '../../domain/completion.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment, EnrollmentStatus } from '../../domain/enrollment.ts';
import { type Explanation, explain } from '../../domain/explanation.ts';
import type { Framework } from '../../domain/framework.ts';
import type { Program } from '../../domain/program.ts';
import { addDays, addSeconds, type CivilDate, civilDateOf, type Instant } from '../../domain/time.ts';

/** An open record in which nothing has changed for so long counts as stuck. */
export const stuckAfterDays = 30;
/** A required certificate that lapses within so many days is shown. */
export const lapseShownDays = 60;

/** Why requirements are not met, counted: what stands in a cell of the cohort. */
export type MissingCounts = Partial<
  Record<'evidence' | 'assessor' | 'not_met' | 'unsettled' | 'certificate' | 'policy', number>
>;

export type CohortRow = {
  enrollment: string;
  name: string;
  status: EnrollmentStatus;
  met: number;
  of: number;
  credential: Explanation['credential']['state'];
  missing: MissingCounts;
  lastChangeAt: Instant;
  isStuck: boolean;
  /** The first required certificate to lapse soon, by its short code; without it where it is sensitive. */
  lapsing: { on: CivilDate; code: string | undefined } | undefined;
  /** What waits for a person: an email that did not arrive, or a certificate that could not be made. */
  failed: { email: Delivery['state'] | undefined; credential: boolean };
};

/** What one row tells, from records as they were read: nothing here asks for more. */
export function cohortRow(
  enrollment: Enrollment,
  program: Program,
  framework: Framework,
  delivery: Pick<Delivery, 'state' | 'setAside'> | undefined,
  now: Instant,
): CohortRow {
  const { met, of, missing, credential } = explain(enrollment, program, framework, now);
  const parked = Object.values(enrollment.pointers).some(({ pending }) => pending?.parked && !pending.setAside);
  const failing = delivery && ['bounced', 'complained', 'parked'].includes(delivery.state) && !delivery.setAside;
  return {
    enrollment: enrollment.enrollment,
    name: enrollment.apprentice.name,
    status: enrollment.status,
    met,
    of,
    credential: credential.state,
    missing: enrollment.status === 'open' ? countMissing(missing) : {},
    lastChangeAt: enrollment.lastChangeAt,
    isStuck: enrollment.status === 'open' && addSeconds(enrollment.lastChangeAt, stuckAfterDays * 24 * 3600) < now,
    lapsing: enrollment.status === 'withdrawn' ? undefined : soonestLapse(enrollment, program, framework, now),
    failed: { email: failing ? delivery.state : undefined, credential: parked },
  };
}

function countMissing(missing: readonly Missing[]): MissingCounts {
  const counts: MissingCounts = {};
  for (const item of missing) {
    const kind = 'policy' in item ? 'policy' : kindOf[item.why];
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const kindOf = {
  missing: 'evidence',
  awaiting: 'assessor',
  'not-met': 'not_met',
  edited: 'unsettled',
  deleted: 'unsettled',
  lapsed: 'certificate',
  'not-yet-valid': 'certificate',
} as const;

function soonestLapse(
  { progress }: Pick<Enrollment, 'progress'>,
  { timeZone }: Pick<Program, 'timeZone'>,
  framework: Framework,
  now: Instant,
): CohortRow['lapsing'] {
  const today = civilDateOf(now, timeZone);
  const limit = addDays(today, lapseShownDays);
  const lapses = framework.certificates.flatMap(({ id, code, sensitive }) => {
    const held = progress[id];
    if (held?.status !== 'met' || !held.intervals || held.intervals.some(({ to }) => to === undefined)) return [];
    const last = held.intervals
      .flatMap(({ to }) => to ?? [])
      .sort()
      .at(-1);
    return last !== undefined && last >= today && last <= limit
      ? [{ on: last, code: sensitive ? undefined : code }]
      : [];
  });
  return lapses.sort((a, b) => (a.on < b.on ? -1 : 1))[0];
}

/** Does somebody at the program have to do something here? */
export function needsAttention({ failed, isStuck, credential, lapsing }: CohortRow): boolean {
  return (
    failed.email !== undefined || failed.credential || isStuck || credential === 'suspended' || lapsing !== undefined
  );
}
