import type { Missing } from '../../domain/completion.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment, EnrollmentStatus } from '../../domain/enrollment.ts';
import { type Explanation, explain } from '../../domain/explanation.ts';
import type { Framework } from '../../domain/framework.ts';
import { type Fault, type Need, type Needed, neededOf } from '../../domain/needs.ts';
import type { Program } from '../../domain/program.ts';
import type { CivilDate, Instant } from '../../domain/time.ts';

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
export type NeedRow = Pick<CohortRow, 'enrollment' | 'name'> & {
  needed:
    | { need: 'failed'; codes: readonly Fault['code'][] }
    /** Required certificates by their short codes; without it, those that are sensitive. */
    | { need: 'lapsing'; on: CivilDate; certificates: readonly (string | undefined)[] }
    | { need: 'stuck'; since: Instant; missing: MissingCounts };
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

/** What one who needs somebody for a reason needs; undefined where it is nothing any more. */
export function needRow(
  need: Need,
  enrollment: Enrollment,
  program: Program,
  framework: Framework,
  emails: readonly Delivery[],
  now: Instant,
): NeedRow | undefined {
  const needed = neededOf(need, enrollment, emails, program, now);
  if (!needed) return undefined;
  const { name } = enrollment.apprentice;
  return { enrollment: enrollment.enrollment, name, needed: shown(needed, enrollment, program, framework, now) };
}

function shown(
  needed: Needed,
  enrollment: Enrollment,
  program: Program,
  framework: Framework,
  now: Instant,
): NeedRow['needed'] {
  switch (needed.need) {
    case 'failed':
      return { need: 'failed', codes: [...new Set(needed.faults.map(({ code }) => code))] };
    case 'lapsing': {
      const named = framework.certificates.filter(
        ({ id, sensitive }) => !sensitive && needed.certificates.includes(id),
      );
      const codes: (string | undefined)[] = named.map(({ code }) => code);
      if (named.length < needed.certificates.length) codes.push(undefined);
      return { need: 'lapsing', on: needed.on, certificates: codes };
    }
    case 'stuck':
      return { ...needed, missing: countMissing(explain(enrollment, program, framework, now).missing) };
  }
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
