import * as z from 'zod';
import {
  type Assessment,
  evidencePartition,
  evidenceSortKey,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
  type Submission,
} from './evidence.ts';
import type { Requirement } from './framework.ts';
import { documentHash, saltedHash } from './hash.ts';
import type { EnrollmentRef } from './ids.ts';
import type { Program } from './program.ts';
import { refuseAssessment, refuseSubmission } from './rules.ts';
import { addMonths, civilDateSchema, type Instant, instantSchema } from './time.ts';

/** One accepted interval of a required certificate; both days included, no end where it never expires. */
export const intervalSchema = () =>
  z.strictObject({
    from: civilDateSchema,
    to: civilDateSchema.optional(),
    /** When it was accepted. */
    at: instantSchema,
  });
export type Interval = z.infer<ReturnType<typeof intervalSchema>>;

/**
 * Where one requirement stands. A requirement without evidence is absent.
 * `basis` fingerprints the evidence and assessments that decided, so that issue sees whether anything has moved.
 */
export const requirementProgressSchema = () =>
  z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('awaiting') }),
    z.strictObject({ status: z.literal('not-met'), at: instantSchema }),
    z.strictObject({ status: z.literal('unsettled'), why: z.enum(['edited', 'deleted']) }),
    z.strictObject({
      status: z.literal('met'),
      since: instantSchema,
      basis: z.string().min(1),
      intervals: z.array(intervalSchema()).optional(),
      hours: z.strictObject({ sum: z.number(), at: instantSchema }).optional(),
    }),
  ]);
export type RequirementProgress = z.infer<ReturnType<typeof requirementProgressSchema>>;
export type MetProgress = Extract<RequirementProgress, { status: 'met' }>;

/** What the rules need of the enrollment and its program. */
export type ProgressRules = {
  ref: EnrollmentRef;
  apprenticeId: string;
  enrolledOn: string;
  salt: string;
  marks: Record<string, string>;
  refused: Record<string, string>;
  program: Program;
};

/** `present`: the evidence item is there, even if what it holds now does not count. */
type Weighed = { assessment: Assessment; submission: Submission | undefined; matches: boolean; present: boolean };

/**
 * Decides one requirement from all its items as the table holds them now. Pure: neither their order nor their
 * repetition changes the answer.
 *
 * The newest assessment among standing evidence decides, and at one instant *not met* wins. Withdrawn evidence takes
 * its assessments along. Assessed evidence that was edited or deleted leaves the requirement unsettled until it is
 * assessed again. Of a required certificate every standing, accepted interval counts.
 */
export function progressOf(
  requirement: Requirement,
  items: readonly RawItem[],
  rules: ProgressRules,
): RequirementProgress | undefined {
  return decide(requirement, weigh(requirement, items, rules), rules);
}

/** `progressOf`, and since when evidence of the requirement waits for an assessment. */
export function standingOf(
  requirement: Requirement,
  items: readonly RawItem[],
  rules: ProgressRules,
): { progress: RequirementProgress | undefined; awaiting: Instant | undefined } {
  const weight = weigh(requirement, items, rules);
  const progress = decide(requirement, weight, rules);
  const asksNobody = rules.program.policy.assessment === 'self-attested' && progress?.status !== 'unsettled';
  return { progress, awaiting: asksNobody ? undefined : awaitingOf(weight) };
}

type Weight = ReturnType<typeof weigh>;

/** Standing evidence of one requirement that waits for an assessment: what an assessor has to look at. */
export function awaitingEvidence(
  requirement: Requirement,
  items: readonly RawItem[],
  rules: ProgressRules,
): Submission[] {
  return waitingIn(weigh(requirement, items, rules));
}

/** Evidence waits as long as nobody's standing assessment speaks of it as it is. */
function waitingIn({ standing, weighed }: Weight): Submission[] {
  const assessed = new Set(weighed.flatMap((w) => (w.matches ? [w.assessment.evidence] : [])));
  return [...standing].flatMap(([id, submission]) => (assessed.has(id) ? [] : [submission]));
}

function awaitingOf(weight: Weight): Instant | undefined {
  return waitingIn(weight)
    .map(({ submittedAt }) => submittedAt)
    .sort()[0];
}

function decide(
  requirement: Requirement,
  { standing, weighed, mark }: Weight,
  rules: ProgressRules,
): RequirementProgress | undefined {
  const selfAttested = rules.program.policy.assessment === 'self-attested';
  if (requirement.kind === 'certificate')
    return certificateProgress(requirement, standing, weighed, mark, selfAttested, rules);
  const decided = decideByNewest(weighed);
  if (decided === undefined) {
    if (mark !== undefined) return { status: 'unsettled', why: 'deleted' };
    if (standing.size === 0) return undefined;
    if (!selfAttested) return { status: 'awaiting' };
    const since = [...standing.values()].map((s) => s.submittedAt).sort()[0] as string;
    return met(since, [...standing.values()], [], rules);
  }
  if (decided.outcome === 'unsettled') return { status: 'unsettled', why: decided.why };
  if (decided.outcome === 'not-met') return { status: 'not-met', at: decided.at };
  const accepted = decided.run.flatMap((w) => (w.submission ? [w.submission] : []));
  return met(decided.since, accepted, decided.run, rules);
}

/** An assessment made within the second of a deletion cannot be told from an earlier one: the stream's clock ticks in seconds. */
function isVoid(assessedAt: string, mark: string | undefined): boolean {
  return mark !== undefined && Date.parse(assessedAt) < Math.floor(Date.parse(mark) / 1000) * 1000 + 1000;
}

function weigh(requirement: Requirement, items: readonly RawItem[], rules: ProgressRules) {
  const submissions = new Map<string, Submission>();
  const withdrawn = new Set<string>();
  const present = new Set<string>();
  const assessments: Assessment[] = [];
  const partition = evidencePartition(rules.ref);
  for (const { sk, attributes } of items) {
    const place = parseEvidenceKeys(partition, sk);
    if (!place) continue;
    const parsed = parseItem(place, attributes);
    if (place.part === 'evidence') present.add(place.evidence);
    // A withdrawal counts whenever it is dated; what stands in its place without being one is set aside.
    if (parsed.ok && parsed.part === 'withdrawal') withdrawn.add(place.evidence);
    if (!parsed.ok || isRefused(sk, attributes, rules.refused)) continue;
    if (parsed.part === 'evidence' && !refuseSubmission(parsed.value, requirement, rules))
      submissions.set(place.evidence, parsed.value);
    if (parsed.part === 'assessment' && !refuseAssessment(parsed.value, rules)) assessments.push(parsed.value);
  }
  const mark = rules.marks[requirement.id];
  const weighed = assessments
    .filter((a) => !withdrawn.has(a.evidence) && !isVoid(a.assessedAt, mark))
    .map((assessment): Weighed => {
      const submission = submissions.get(assessment.evidence);
      const matches = submission !== undefined && evidenceHashOf(submission, rules) === assessment.evidenceHash;
      return { assessment, submission, matches, present: present.has(assessment.evidence) };
    });
  const standing = new Map([...submissions].filter(([id]) => !withdrawn.has(id)));
  return { standing, weighed, mark };
}

/** The assessments that have a say in a requirement: not refused, not withdrawn or void, of evidence as it stands. */
export function standingAssessments(
  requirement: Requirement,
  items: readonly RawItem[],
  rules: ProgressRules,
): Assessment[] {
  return weigh(requirement, items, rules).weighed.flatMap((w) => (w.matches ? [w.assessment] : []));
}

/** The salted hash that an assessment binds itself to. */
export function evidenceHashOf(submission: Submission, rules: { salt: string }): string {
  return saltedHash(rules.salt, evidenceSortKey({ ...submission, part: 'evidence' }), submission);
}

type Decided =
  | { outcome: 'met'; since: string; run: Weighed[] }
  | { outcome: 'not-met'; at: string }
  | { outcome: 'unsettled'; why: 'edited' | 'deleted' };

function decideByNewest(weighed: readonly Weighed[]): Decided | undefined {
  const byInstant = new Map<string, Weighed[]>();
  for (const w of weighed)
    byInstant.set(w.assessment.assessedAt, [...(byInstant.get(w.assessment.assessedAt) ?? []), w]);
  const newestFirst = [...byInstant.keys()].sort().reverse();
  const run: Weighed[] = [];
  let since: string | undefined;
  for (const at of newestFirst) {
    const group = byInstant.get(at) as Weighed[];
    if (!group.every((w) => w.matches && w.assessment.outcome === 'met')) {
      if (since !== undefined) break;
      if (group.some((w) => w.matches && w.assessment.outcome === 'not-met')) return { outcome: 'not-met', at };
      return { outcome: 'unsettled', why: group.some((w) => w.present && !w.matches) ? 'edited' : 'deleted' };
    }
    since = at;
    run.push(...group);
  }
  return since === undefined ? undefined : { outcome: 'met', since, run };
}

function certificateProgress(
  requirement: Requirement,
  standing: ReadonlyMap<string, Submission>,
  weighed: readonly Weighed[],
  mark: string | undefined,
  selfAttested: boolean,
  rules: ProgressRules,
): RequirementProgress | undefined {
  const accepted: { submission: Submission; at: string; run: Weighed[] }[] = [];
  const refusals: Decided[] = [];
  for (const submission of standing.values()) {
    const decided = decideByNewest(weighed.filter((w) => w.assessment.evidence === submission.evidence));
    if (decided?.outcome === 'met') accepted.push({ submission, at: decided.since, run: decided.run });
    else if (decided) refusals.push(decided);
    else if (selfAttested && mark === undefined) accepted.push({ submission, at: submission.submittedAt, run: [] });
  }
  if (accepted.length > 0) {
    const since = accepted.map((a) => a.at).sort()[0] as string;
    const submissions = accepted.map((a) => a.submission);
    const progress = met(
      since,
      submissions,
      accepted.flatMap((a) => a.run),
      rules,
    );
    return {
      ...progress,
      intervals: accepted.map((a) => intervalOf(requirement, a.submission, a.at, rules)).sort(byStart),
    };
  }
  const notMet = refusals
    .flatMap((r) => (r.outcome === 'not-met' ? [r.at] : []))
    .sort()
    .at(-1);
  const orphaned = weighed.some((w) => !w.present);
  const spoiled = weighed.some((w) => w.present && !w.submission);
  if (notMet) return { status: 'not-met', at: notMet };
  if (refusals.length > 0 || spoiled) return { status: 'unsettled', why: 'edited' };
  if (mark !== undefined || orphaned) return { status: 'unsettled', why: 'deleted' };
  return standing.size > 0 ? { status: 'awaiting' } : undefined;
}

function intervalOf(requirement: Requirement, submission: Submission, at: string, rules: ProgressRules): Interval {
  const certificate = submission.certificate as NonNullable<Submission['certificate']>;
  const months = rules.program.policy.certificateValidityMonths[requirement.id];
  const to = certificate.expiresOn ?? (months === undefined ? undefined : addMonths(certificate.issuedOn, months));
  return { from: certificate.issuedOn, at, ...(to !== undefined && { to }) };
}

function met(
  since: string,
  submissions: readonly Submission[],
  run: readonly Weighed[],
  rules: ProgressRules,
): MetProgress {
  const marks = [
    ...submissions.map((s) => `${s.evidence} ${evidenceHashOf(s, rules)}`),
    ...run.map((w) => `${w.assessment.assessment} ${w.assessment.assessedAt} ${w.assessment.assessor}`),
  ];
  const basis = documentHash([...new Set(marks)].sort()).slice(0, 12);
  const withHours = [
    ...new Map(submissions.flatMap((s) => (s.hours === undefined ? [] : [[s.evidence, s.hours] as const]))),
  ];
  if (withHours.length === 0) return { status: 'met', since, basis };
  const sum = withHours.reduce((total, [, hours]) => total + hours, 0);
  const at = run
    .map((w) => w.assessment.assessedAt)
    .concat(run.length ? [] : submissions.map((s) => s.submittedAt))
    .sort()
    .at(-1);
  return { status: 'met', since, basis, hours: { sum, at: at as string } };
}

function byStart(a: Interval, b: Interval): number {
  return a.from < b.from || (a.from === b.from && a.at < b.at) ? -1 : 1;
}

/** Content that was dated ahead of its own stream record never counts; edited content is judged afresh. */
function isRefused(sk: string, attributes: Record<string, unknown>, refused: Record<string, string>): boolean {
  const hash = refused[sk];
  return hash !== undefined && hash === documentHash(attributes);
}
