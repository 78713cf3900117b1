import { emptyChain } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import {
  type Assessment,
  evidenceSortKey,
  type RawItem,
  type Submission,
  type Withdrawal,
} from '../../functions/domain/evidence.ts';
import { type Framework, frameworkRef, frameworkSchema } from '../../functions/domain/framework.ts';
import { type Policy, type Program, programSchema } from '../../functions/domain/program.ts';
import { evidenceHashOf, type ProgressRules } from '../../functions/domain/progress.ts';

/** A program small enough to hold in the head: two skills in one set, one course, one required certificate. */
export const frameworkDocument = {
  schema: 'journeypaper/framework/1',
  id: 'small',
  version: '1',
  title: 'Small',
  source: { file: 'none', sponsor: null },
  onetCode: null,
  rapidsCode: null,
  hours: null,
  courses: [{ id: 'course-ethics', text: 'Ethics' }],
  certificates: [{ id: 'cert-cpr', code: 'CPR', text: 'CPR Certificate' }],
  skillSets: [
    {
      id: 'engage',
      text: 'Engages peers',
      skills: [
        { id: 'engage-1', text: 'Initiates contact' },
        { id: 'engage-2', text: 'Listens' },
      ],
    },
  ],
};
export const smallFramework: Framework = frameworkSchema.parse(frameworkDocument);

export const timeZone = 'America/New_York';

export const programDocument = {
  schema: 'journeypaper/program/1',
  id: 'harbor',
  name: 'Harbor Program',
  sponsor: 'Harbor Sponsor',
  timeZone,
  framework: { id: 'small', version: '1' },
  achievement: 'Small Apprenticeship',
  page: 'letter',
  template: 'classic',
  signatories: [{ name: 'Ada Sample', title: 'Director' }],
  verifyUrl: 'https://verify.harbor.example/v/',
  email: { from: 'papers@harbor.example', fromName: 'Harbor' },
  assessors: [
    { id: 'assessor-1', name: 'Assessor One', from: '2020-01-01' },
    { id: 'apprentice-1', name: 'Apprentice One', from: '2020-01-01' },
  ],
};

export function smallProgram(policy: Partial<Policy> = {}): Program {
  return programSchema.parse({
    ...programDocument,
    policy: { certificateValidityMonths: { 'cert-cpr': 24 }, ...policy },
  });
}

export const ref = { program: 'harbor', enrollment: 'enr-1' };
export const enrolledOn = '2026-01-05';
export const salt = '0123456789abcdef0123456789abcdef';

export function rulesWith(program: Program = smallProgram(), more: Partial<ProgressRules> = {}): ProgressRules {
  return { ref, apprenticeId: 'apprentice-1', enrolledOn, salt, marks: {}, refused: {}, program, ...more };
}

export function newEnrollment(more: Partial<Enrollment> = {}): Enrollment {
  const at = `${enrolledOn}T12:00:00.000Z`;
  return {
    ...ref,
    apprentice: { id: 'apprentice-1', name: 'Łukasz Żółć', email: 'lukasz@apprentices.example' },
    enrolledOn,
    framework: frameworkRef(smallFramework),
    status: 'open',
    salt,
    version: 1,
    fence: 0,
    progress: {},
    met: 0,
    marks: {},
    refused: {},
    pointers: {},
    chain: emptyChain(ref, at),
    lastChangeAt: at,
    ...more,
  };
}

/** Noon in UTC of a day, so that it is the same civil day in the program's zone. */
export const noon = (day: string) => `${day}T12:00:00.000Z`;

export function submission(
  requirement: string,
  evidence: string,
  day: string,
  more: Partial<Submission> = {},
): Submission {
  return {
    schema: 'journeypaper/evidence/1',
    ...ref,
    requirement,
    evidence,
    submittedBy: 'apprentice-1',
    submittedAt: noon(day),
    occurredOn: day,
    attestation: 'Did it; the proof is in the binder.',
    ...more,
  };
}

export function cprSubmission(evidence: string, day: string, issuedOn: string, expiresOn?: string): Submission {
  const certificate = { issuer: 'Red Cross', number: '1', issuedOn, ...(expiresOn !== undefined && { expiresOn }) };
  return submission('cert-cpr', evidence, day, { occurredOn: issuedOn, certificate });
}

export function assessment(
  of: Submission,
  id: string,
  at: string,
  outcome: Assessment['outcome'] = 'met',
  more: Partial<Assessment> = {},
): Assessment {
  const { requirement, evidence } = of;
  return {
    schema: 'journeypaper/assessment/1',
    ...ref,
    requirement,
    evidence,
    assessment: id,
    assessor: 'assessor-1',
    assessedAt: at,
    outcome,
    evidenceHash: evidenceHashOf(of, { salt }),
    ...more,
  };
}

export function withdrawal(of: Submission, at: string): Withdrawal {
  const { requirement, evidence } = of;
  return {
    schema: 'journeypaper/withdrawal/1',
    ...ref,
    requirement,
    evidence,
    withdrawnBy: 'apprentice-1',
    withdrawnAt: at,
  };
}

export function item(value: Submission | Assessment | Withdrawal): RawItem {
  const part =
    value.schema === 'journeypaper/evidence/1'
      ? 'evidence'
      : value.schema === 'journeypaper/assessment/1'
        ? 'assessment'
        : 'withdrawal';
  return { sk: evidenceSortKey({ ...value, part }), attributes: { ...value } };
}
