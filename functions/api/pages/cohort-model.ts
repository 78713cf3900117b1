import type { Missing } from '../../domain/completion.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment, EnrollmentStatus } from '../../domain/enrollment.ts';
import { type Explanation, explain } from '../../domain/explanation.ts';
import type { Framework } from '../../domain/framework.ts';
import { deliveryTroubleSince, isStuck, lapseShownDays, lastDayOf, type Need } from '../../domain/needs.ts';
import type { Program } from '../../domain/program.ts';
import { addDays, type CivilDate, civilDateOf, type Instant } from '../../domain/time.ts';

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
};

/** One who needs somebody, and why. */
export type NeedRow = Pick<CohortRow, 'enrollment' | 'name' | 'lastChangeAt'> & {
  isStuck: boolean;
  /** What is missing, of whoever is stuck. */
  missing: MissingCounts;
  /** The first required certificate to lapse soon, by its short code; without it where it is sensitive. */
  lapsing: { on: CivilDate; code: string | undefined } | undefined;
  /** What waits for a person: emails that did not arrive, and certificates that could not be made or are suspended. */
  failed: { emails: Delivery['state'][]; parked: boolean; suspended: boolean };
};

/** Those of the whole program who need somebody for one reason: the first of them, or a page. */
export type NeedGroup = { need: Need; rows: readonly NeedRow[]; hasMore: boolean };

/** What one row tells, from records as they were read: nothing here asks for more. */
export function cohortRow(enrollment: Enrollment, program: Program, framework: Framework, now: Instant): CohortRow {
  const { met, of, missing, credential } = explain(enrollment, program, framework, now);
  return {
    enrollment: enrollment.enrollment,
    name: enrollment.apprentice.name,
    status: enrollment.status,
    met,
    of,
    credential: credential.state,
    missing: enrollment.status === 'open' ? countMissing(missing) : {},
    lastChangeAt: enrollment.lastChangeAt,
  };
}

/** What one who needs somebody needs. `emails`: those that failed. */
export function needRow(
  enrollment: Enrollment,
  program: Program,
  framework: Framework,
  emails: readonly Parameters<typeof deliveryTroubleSince>[0][],
  now: Instant,
): NeedRow {
  const pointers = Object.values(enrollment.pointers);
  const stuck = isStuck(enrollment, now);
  return {
    enrollment: enrollment.enrollment,
    name: enrollment.apprentice.name,
    lastChangeAt: enrollment.lastChangeAt,
    isStuck: stuck,
    missing: stuck ? countMissing(explain(enrollment, program, framework, now).missing) : {},
    lapsing: enrollment.status === 'withdrawn' ? undefined : soonestLapse(enrollment, program, framework, now),
    failed: {
      emails: [...new Set(emails.flatMap((each) => (deliveryTroubleSince(each) === undefined ? [] : [each.state])))],
      parked: pointers.some(({ pending }) => pending?.parked !== undefined && !pending.setAside),
      suspended: pointers.some(({ active }) => active?.suspended),
    },
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
): NeedRow['lapsing'] {
  const today = civilDateOf(now, timeZone);
  const limit = addDays(today, lapseShownDays);
  const lapses = framework.certificates.flatMap(({ id, code, sensitive }) => {
    const on = lastDayOf(progress[id]);
    return on !== undefined && on >= today && on <= limit ? [{ on, code: sensitive ? undefined : code }] : [];
  });
  return lapses.sort((a, b) => (a.on < b.on ? -1 : 1))[0];
}

/** Does somebody at the program have to do something here for this reason? */
export function hasNeed(need: Need, { failed, lapsing, isStuck }: NeedRow): boolean {
  if (need === 'lapsing') return lapsing !== undefined;
  return need === 'stuck' ? isStuck : failed.emails.length > 0 || failed.parked || failed.suspended;
}
