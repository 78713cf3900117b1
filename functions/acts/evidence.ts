import type { Enrollment } from '../domain/enrollment.ts';
import { rulesOf } from '../domain/evaluation.ts';
import {
  type Assessment,
  assessmentSchema,
  evidencePartition,
  evidenceSortKey,
  firstIssue,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
  type Submission,
  submissionSchema,
  type Withdrawal,
  withdrawalSchema,
} from '../domain/evidence.ts';
import { requirementsOf } from '../domain/framework.ts';
import { canonicalJson } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import { evidenceHashOf } from '../domain/progress.ts';
import { refuseAssessment, refuseSubmission } from '../domain/rules.ts';
import { epochOf, type Instant, instantOf } from '../domain/time.ts';
import type { ActPorts, RecordActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';
import { refuseUnknownEnrollment } from './unknown-enrollment.ts';

export type SubmitInput = Omit<Submission, 'schema' | 'program' | 'enrollment' | 'evidence' | 'submittedAt'> & {
  evidence?: string;
};
export type AssessInput = {
  requirement: string;
  evidence: string;
  assessor: string;
  outcome: 'met' | 'not-met';
  note?: string;
  assessment?: string;
};
export type WithdrawInput = { requirement: string; evidence: string; withdrawnBy: string; reason?: string };

export type SubmitVerdict = { outcome: 'submitted' | 'repeated'; evidence: string } | Refused;
export type AssessVerdict = { outcome: 'assessed' | 'repeated'; assessment: string } | Refused;
export type WithdrawVerdict = { outcome: 'withdrawn' | 'repeated' } | Refused;

/** Less is nobody's work, and the smallest numbers that there are no table holds. */
const minimumHours = 0.01;
/** As many pieces as one call takes. */
export const maxPieces = 500;

/**
 * Submits evidence, one verdict a piece. The checks here are a courtesy, so that people hear at once what is wrong:
 * evaluate checks every rule again, whoever wrote the item.
 */
export async function submitEvidence(
  ports: RecordActPorts,
  ref: EnrollmentRef,
  inputs: readonly SubmitInput[],
): Promise<SubmitVerdict[]> {
  const place = await readPlace(ports, ref, inputs.length);
  if ('outcome' in place) return inputs.map(() => place);
  const { enrollment, program, framework } = place;
  return Promise.all(
    inputs.map(async (input): Promise<SubmitVerdict> => {
      if (enrollment.status === 'complete') {
        return refused('enrollment.complete', 'enrollment: complete already; nothing more is needed', {
          next: 'reissue',
          enrollment: ref.enrollment,
        });
      }
      const evidence = input.evidence ?? ports.ids.id();
      const parsed = submissionSchema.safeParse({
        ...input,
        schema: 'journeypaper/evidence/1',
        program: ref.program,
        enrollment: ref.enrollment,
        evidence,
        submittedAt: ports.clock.now(),
      });
      if (!parsed.success) return refused('evidence.invalid', firstIssue(parsed.error));
      if (parsed.data.hours !== undefined && parsed.data.hours < minimumHours)
        return refused('evidence.invalid', `hours: ${minimumHours} at the least`);
      const refusal = refuseSubmission(
        parsed.data,
        requirementsOf(framework).get(input.requirement),
        rulesOf(enrollment, program),
      );
      if (refusal) return refused(refusal.code, refusal.message, refusal.remedy);
      if ((await ports.store.putSubmission(parsed.data)) === 'stored') return { outcome: 'submitted', evidence };
      return (await isRepeat(ports, ref, parsed.data))
        ? { outcome: 'repeated', evidence }
        : refused(
            'evidence.exists',
            `evidence: "${evidence}" exists with other content; withdraw it and submit under a new id`,
          );
    }),
  );
}

/** Assesses evidence, one verdict a piece. A *not met* counts the fence up, so that no issue in flight passes it. */
export async function assessEvidence(
  ports: RecordActPorts,
  ref: EnrollmentRef,
  inputs: readonly AssessInput[],
): Promise<AssessVerdict[]> {
  const place = await readPlace(ports, ref, inputs.length);
  if ('outcome' in place) return inputs.map(() => place);
  const { enrollment, program } = place;
  const items = await ports.store.readEvidence(
    ref,
    inputs.map((input) => input.requirement),
  );
  const instants = instantsInOrder(inputs, ports.clock.now());
  // Each *not met* is a transaction on the one enrollment: side by side they would only cancel one another.
  let fenced: Promise<unknown> = Promise.resolve();
  return Promise.all(
    inputs.map(async (input, i): Promise<AssessVerdict> => {
      const found = findSubmission(ref, items, input);
      if ('outcome' in found) return found;
      const assessment = input.assessment ?? ports.ids.id();
      const parsed = assessmentSchema.safeParse({
        ...input,
        schema: 'journeypaper/assessment/1',
        program: ref.program,
        enrollment: ref.enrollment,
        assessment,
        assessedAt: instants[i] as string,
        evidenceHash: evidenceHashOf(found.submission, enrollment),
      });
      if (!parsed.success) return refused('assessment.invalid', firstIssue(parsed.error));
      const refusal = refuseAssessment(parsed.data, rulesOf(enrollment, program));
      if (refusal) return refused(refusal.code, refusal.message, refusal.remedy);
      if (parsed.data.outcome === 'met') return putAssessment(ports, parsed.data);
      const turn = fenced.then(() => putAssessment(ports, parsed.data));
      fenced = turn.catch(() => undefined);
      return turn;
    }),
  );
}

/** The order of one call stands: at one instant *not met* would win over a *met* that came after it. */
function instantsInOrder(inputs: readonly AssessInput[], now: Instant): Instant[] {
  const seen = new Map<string, number>();
  return inputs.map(({ requirement }) => {
    const earlier = seen.get(requirement) ?? 0;
    seen.set(requirement, earlier + 1);
    return instantOf(epochOf(now) + earlier);
  });
}

async function putAssessment(ports: RecordActPorts, assessment: Assessment): Promise<AssessVerdict> {
  const { assessment: id, requirement, evidence, outcome, assessor } = assessment;
  const stored = await ports.store.putAssessment(assessment, { fence: outcome === 'not-met' });
  if (stored === 'stored') return { outcome: 'assessed', assessment: id };
  const sk = evidenceSortKey({ requirement, evidence, part: 'assessment', assessment: id });
  const before = (await ports.store.readEvidence(assessment, [requirement])).find((item) => item.sk === sk)?.attributes;
  if (before?.outcome === outcome && before.assessor === assessor) return { outcome: 'repeated', assessment: id };
  return refused('assessment.exists', `assessment: "${id}" exists with another outcome or assessor; leave the id out`);
}

/** Takes one piece of evidence back, and its assessments along. */
export async function withdrawEvidence(
  ports: RecordActPorts,
  ref: EnrollmentRef,
  input: WithdrawInput,
): Promise<WithdrawVerdict> {
  const place = await readPlace(ports, ref, 1);
  if ('outcome' in place) return place;
  const found = findSubmission(ref, await ports.store.readEvidence(ref, [input.requirement]), input, true);
  if ('outcome' in found) return found;
  const parsed = withdrawalSchema.safeParse({
    ...input,
    schema: 'journeypaper/withdrawal/1',
    program: ref.program,
    enrollment: ref.enrollment,
    withdrawnAt: ports.clock.now(),
  });
  if (!parsed.success) return refused('withdrawal.invalid', firstIssue(parsed.error));
  const withdrawal: Withdrawal = parsed.data;
  return { outcome: (await ports.store.putWithdrawal(withdrawal)) === 'stored' ? 'withdrawn' : 'repeated' };
}

type Place = {
  enrollment: Enrollment;
  program: Program;
  framework: NonNullable<Awaited<ReturnType<ActPorts['store']['readFramework']>>>;
};

export async function readPlace(ports: RecordActPorts, ref: EnrollmentRef, pieces: number): Promise<Place | Refused> {
  if (pieces > maxPieces)
    return refused('request.too-many', `at most ${maxPieces} pieces in one call; this has ${pieces}`);
  const enrollment = await ports.store.readEnrollment(ref);
  if (!enrollment) return refuseUnknownEnrollment(ports.store, ref);
  if (enrollment.status === 'withdrawn')
    return refused('enrollment.withdrawn', 'enrollment: withdrawn from the program');
  const stored = await ports.store.readProgram(ref.program);
  const framework = await ports.store.readFramework(enrollment.framework);
  if (!stored || !framework)
    return refused('program.unknown', `program: "${ref.program}" or its framework is not in the table`, {
      next: 'load-program',
      again: true,
    });
  return { enrollment, program: stored.program, framework };
}

function findSubmission(
  ref: EnrollmentRef,
  items: readonly RawItem[],
  input: { requirement: string; evidence: string },
  evenMalformed = false,
): { submission: Submission } | Refused {
  for (const { sk, attributes } of items) {
    const place = parseEvidenceKeys(evidencePartition(ref), sk);
    if (place?.part !== 'evidence' || place.requirement !== input.requirement || place.evidence !== input.evidence)
      continue;
    const parsed = parseItem(place, attributes);
    if (parsed.ok) return { submission: parsed.value as Submission };
    if (evenMalformed) return { submission: attributes as Submission };
    return refused('evidence.malformed', `evidence: ${parsed.reason}; withdraw it and have it submitted again`);
  }
  return refused('evidence.unknown', `evidence: requirement "${input.requirement}" has no "${input.evidence}"`, {
    next: 'list-evidence',
    enrollment: ref.enrollment,
  });
}

async function isRepeat(ports: RecordActPorts, ref: EnrollmentRef, submission: Submission): Promise<boolean> {
  const found = findSubmission(ref, await ports.store.readEvidence(ref, [submission.requirement]), submission);
  if ('outcome' in found) return false;
  const { submittedAt: _, ...before } = found.submission;
  const { submittedAt: __, ...now } = submission;
  return canonicalJson(before) === canonicalJson(now);
}
