import * as z from 'zod';
import { type EvidencePlace, externalCertificateSchema, submissionSchema } from '../../../functions/domain/evidence.ts';
import {
  actorIdSchema,
  evidenceIdSchema,
  programIdSchema,
  requirementIdSchema,
} from '../../../functions/domain/ids.ts';
import { emailAddressSchema, personNameSchema } from '../../../functions/domain/person.ts';
import { addDays, type CivilDate } from '../../../functions/domain/time.ts';

/** Days are counted from today in the program's time zone, so that a sample never ages. */
const daysAgo = z.number().int().min(0).max(3650);

const submitStepSchema = z.strictObject({
  do: z.literal('submit'),
  requirement: requirementIdSchema,
  evidence: evidenceIdSchema,
  occurredDaysAgo: daysAgo,
  attestation: submissionSchema.shape.attestation,
  pointer: submissionSchema.shape.pointer,
  hours: submissionSchema.shape.hours,
  certificate: z
    .strictObject({
      issuer: z.string().min(1),
      number: z.string().min(1),
      issuedDaysAgo: daysAgo,
      /** Negative: it has lapsed. Absent: the certificate names no expiry and the program's policy decides. */
      expiresInDays: z.number().int().min(-3650).max(3650).optional(),
    })
    .optional(),
});

const stepSchema = z.discriminatedUnion('do', [
  submitStepSchema,
  /** The same submission once more, as a system does that never saw the answer to the first. */
  z.strictObject({ do: z.literal('repeat'), evidence: evidenceIdSchema }),
  z.strictObject({
    do: z.literal('assess'),
    evidence: evidenceIdSchema,
    outcome: z.enum(['met', 'not-met']),
    assessor: actorIdSchema,
    note: z.string().trim().min(1).max(1000).optional(),
  }),
  z.strictObject({ do: z.literal('withdraw'), evidence: evidenceIdSchema, reason: z.string().trim().min(1).max(500) }),
  /** An item as another system would write it, past the API; `attributes` stand over those of a sound one. */
  z.strictObject({
    do: z.literal('put-raw'),
    requirement: requirementIdSchema,
    evidence: evidenceIdSchema,
    attributes: z.record(z.string(), z.json()),
  }),
]);
export type SampleStep = z.infer<typeof stepSchema>;
export type SubmitStep = z.infer<typeof submitStepSchema>;

/**
 * One apprentice's way through a program, for the demo. The steps stand in order, a skill set at a time: a run of
 * `submit` is one batch of evidence, a run of `assess` one sitting of its assessor.
 */
export const sampleSchema = z.strictObject({
  schema: z.literal('journeypaper/sample/1'),
  program: programIdSchema,
  apprentice: z.strictObject({ id: actorIdSchema, name: personNameSchema, email: emailAddressSchema }),
  enrolledDaysAgo: daysAgo,
  steps: z.array(stepSchema).min(1),
});
export type Sample = z.infer<typeof sampleSchema>;

/** Names for further apprentices, in the scripts that a certificate must print. */
export const sampleNamesSchema = z.strictObject({
  schema: z.literal('journeypaper/sample-names/1'),
  names: z.array(personNameSchema).min(1),
});

/** What a submission says, with its days turned into dates; whoever submits adds the enrollment, their id and the time. */
export function datedEvidence(step: SubmitStep, today: CivilDate) {
  const { requirement, evidence, attestation, pointer, hours } = step;
  return {
    requirement,
    evidence,
    occurredOn: addDays(today, -step.occurredDaysAgo),
    attestation,
    ...(pointer !== undefined && { pointer }),
    ...(hours !== undefined && { hours }),
    ...(step.certificate && { certificate: datedCertificate(step.certificate, today) }),
  };
}

function datedCertificate(certificate: NonNullable<SubmitStep['certificate']>, today: CivilDate) {
  const { issuer, number, issuedDaysAgo, expiresInDays } = certificate;
  return externalCertificateSchema.parse({
    issuer,
    number,
    issuedOn: addDays(today, -issuedDaysAgo),
    ...(expiresInDays !== undefined && { expiresOn: addDays(today, expiresInDays) }),
  });
}

/** The attributes of a raw item: a sound piece of evidence of yesterday's, with the step's own attributes over it. */
export function rawAttributes(
  step: Extract<SampleStep, { do: 'put-raw' }>,
  place: Pick<EvidencePlace, 'program' | 'enrollment'>,
  by: { submittedBy: string; submittedAt: string; today: CivilDate },
): Record<string, unknown> {
  return {
    schema: 'journeypaper/evidence/1',
    program: place.program,
    enrollment: place.enrollment,
    requirement: step.requirement,
    evidence: step.evidence,
    submittedBy: by.submittedBy,
    submittedAt: by.submittedAt,
    occurredOn: addDays(by.today, -1),
    attestation: 'Written by another system.',
    ...step.attributes,
  };
}
