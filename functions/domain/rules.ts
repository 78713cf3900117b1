import type { Assessment, Submission } from './evidence.ts';
import type { Requirement } from './framework.ts';
import { isRostered, type Program, voidedBy } from './program.ts';
import type { Remedy } from './remedy.ts';
import { civilDateOf, latestDateTold } from './time.ts';

/** What the rules below need to know of an enrollment. */
export type RuleContext = {
  apprenticeId: string;
  enrolledOn: string;
  program: Pick<Program, 'assessors' | 'timeZone'>;
};

/** Why a well-formed item does not count: a stable code, a sentence with the field, and what to do about it elsewhere. */
export type Refusal = { code: string; message: string; remedy?: Remedy };

/** The rules of a submission, whoever wrote it. They read the item alone, so that a later look gives the same answer. */
export function refuseSubmission(
  submission: Submission,
  requirement: Requirement | undefined,
  context: RuleContext,
): Refusal | undefined {
  if (!requirement) {
    return {
      code: 'requirement.unknown',
      message: "requirement: not in the enrollment's framework version",
      remedy: { next: 'list-requirements' },
    };
  }
  const latest = latestDateTold(submission.submittedAt, context.program.timeZone);
  if (submission.occurredOn > latest) {
    return {
      code: 'evidence.future',
      message: 'occurredOn: lies after the day of submission; submit the evidence once it has happened',
    };
  }
  if (requirement.kind === 'certificate') {
    if (!submission.certificate) {
      return {
        code: 'evidence.certificate-missing',
        message: 'certificate: a required certificate needs issuer, number and issuedOn',
      };
    }
    if (submission.certificate.issuedOn > latest) {
      return { code: 'evidence.future', message: 'certificate.issuedOn: lies after the day of submission' };
    }
    return undefined;
  }
  if (submission.certificate) {
    return {
      code: 'evidence.certificate-unexpected',
      message: 'certificate: only evidence of a required certificate has one; leave it out',
    };
  }
  if (submission.occurredOn < context.enrolledOn) {
    return {
      code: 'evidence.before-enrollment',
      message: 'occurredOn: lies before the enrollment; only work done since then counts',
      remedy: { next: 'see-enrollment-day' },
    };
  }
  return undefined;
}

/** The rules of an assessment, whoever wrote it. */
export function refuseAssessment(assessment: Assessment, context: RuleContext): Refusal | undefined {
  if (assessment.assessor === context.apprenticeId) {
    return {
      code: 'assessment.own-evidence',
      message: 'assessor: nobody signs off evidence of their own; ask another assessor',
    };
  }
  if (voidedBy(context.program, assessment.assessor)) {
    return {
      code: 'assessment.voided',
      message: 'assessor: voided by the program, with every assessment of theirs; have another assess it',
    };
  }
  const on = civilDateOf(assessment.assessedAt, context.program.timeZone);
  if (!isRostered(context.program, assessment.assessor, on)) {
    return {
      code: 'assessment.not-rostered',
      message: "assessor: not on the program's roster on that day; add them to the program's assessors",
    };
  }
  if (on < context.enrolledOn) {
    return { code: 'assessment.before-enrollment', message: 'assessedAt: lies before the enrollment' };
  }
  return undefined;
}
