import type { ActPorts } from '../../../functions/acts/act-ports.ts';
import { enroll } from '../../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../../functions/acts/evidence.ts';
import { evidencePartition, evidenceSortKey } from '../../../functions/domain/evidence.ts';
import type { EnrollmentRef } from '../../../functions/domain/ids.ts';
import { addDays, civilDateOf } from '../../../functions/domain/time.ts';
import type { DemoProgram } from './program-files.ts';
import { datedEvidence, rawAttributes, type Sample, type SampleStep, type SubmitStep } from './sample.ts';

/** What one of our own acts would not take. */
export interface RefusedAct {
  evidence: string;
  requirement: string;
  code: string;
  reason: string;
}

export interface Walk {
  ref: EnrollmentRef;
  name: string;
  /** What the acts refused; what the stream refuses is set aside in the table. */
  refused: RefusedAct[];
  /** Repeats that were taken as what they are. */
  repeats: number;
}

const demoOffice = { id: 'demo-office', role: 'administrator' } as const;

/** Enrolls an apprentice. @throws where the act refuses: the samples are sound. */
export async function beginWalk(
  ports: ActPorts,
  { program, sample }: DemoProgram,
  apprentice: Sample['apprentice'],
): Promise<Walk> {
  const today = civilDateOf(ports.clock.now(), program.timeZone);
  const enrolled = await enroll(ports, demoOffice, {
    program: program.id,
    apprentice,
    enrolledOn: addDays(today, -sample.enrolledDaysAgo),
  });
  if (enrolled.outcome === 'refused') throw new Error(`${enrolled.code}: ${enrolled.message}`);
  const { enrollment } = enrolled.enrollment;
  return { ref: { program: program.id, enrollment }, name: apprentice.name, refused: [], repeats: 0 };
}

/** Everything that an apprentice hands in and an assessor decides, in order, a run of the same kind at a time. */
export async function walkThrough(ports: ActPorts, { program, sample }: DemoProgram, walk: Walk): Promise<void> {
  const submissions = new Map(
    sample.steps.flatMap((step) => (step.do === 'submit' ? [[step.evidence, step] as const] : [])),
  );
  const by = { apprentice: sample.apprentice.id, timeZone: program.timeZone, submissions };
  for (const run of runsOf(sample.steps)) {
    const [first] = run;
    if (first?.do === 'submit' || first?.do === 'repeat') await submit(ports, walk, run as SubmitStep[], by);
    if (first?.do === 'assess') await assess(ports, walk, run as AssessStep[], by);
    if (first?.do === 'withdraw') await withdraw(ports, walk, first, by);
    if (first?.do === 'put-raw') await putRaw(ports, walk, first, by);
  }
}

type AssessStep = Extract<SampleStep, { do: 'assess' }>;
type By = { apprentice: string; timeZone: string; submissions: ReadonlyMap<string, SubmitStep> };

/** Steps of one kind in a row; a second step about the same piece begins another run, so that it comes later. */
export function runsOf(steps: readonly SampleStep[]): SampleStep[][] {
  const runs: SampleStep[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    const joins =
      run?.[0]?.do === step.do &&
      (step.do === 'submit' || step.do === 'assess') &&
      !run.some((each) => each.evidence === step.evidence);
    if (joins) run.push(step);
    else runs.push([step]);
  }
  return runs;
}

async function submit(ports: ActPorts, walk: Walk, steps: readonly SampleStep[], by: By): Promise<void> {
  const today = civilDateOf(ports.clock.now(), by.timeZone);
  const pieces = steps.map((step) => submissionOf(step, by));
  const inputs = pieces.map((step) => ({ ...datedEvidence(step, today), submittedBy: by.apprentice }));
  const verdicts = await submitEvidence(ports, walk.ref, inputs);
  verdicts.forEach((verdict, i) => {
    if (verdict.outcome === 'repeated') walk.repeats += 1;
    note(walk, pieces[i], verdict);
  });
}

async function assess(ports: ActPorts, walk: Walk, steps: readonly AssessStep[], by: By): Promise<void> {
  const pieces = steps.map((step) => submissionOf(step, by));
  const inputs = steps.map(({ evidence, outcome, assessor, note: words }, i) => ({
    requirement: pieces[i]?.requirement ?? '',
    evidence,
    outcome,
    assessor,
    ...(words !== undefined && { note: words }),
  }));
  const verdicts = await assessEvidence(ports, walk.ref, inputs);
  verdicts.forEach((verdict, i) => {
    note(walk, pieces[i], verdict);
  });
}

async function withdraw(
  ports: ActPorts,
  walk: Walk,
  step: Extract<SampleStep, { do: 'withdraw' }>,
  by: By,
): Promise<void> {
  const piece = submissionOf(step, by);
  const input = {
    requirement: piece.requirement,
    evidence: step.evidence,
    withdrawnBy: by.apprentice,
    reason: step.reason,
  };
  note(walk, piece, await withdrawEvidence(ports, walk.ref, input));
}

async function putRaw(
  ports: ActPorts,
  walk: Walk,
  step: Extract<SampleStep, { do: 'put-raw' }>,
  by: By,
): Promise<void> {
  const now = ports.clock.now();
  const { requirement, evidence } = step;
  const attributes = rawAttributes(step, walk.ref, {
    submittedBy: by.apprentice,
    submittedAt: now,
    today: civilDateOf(now, by.timeZone),
  });
  await ports.store.putRaw(
    evidencePartition(walk.ref),
    evidenceSortKey({ requirement, evidence, part: 'evidence' }),
    attributes,
  );
}

function submissionOf(step: { evidence: string }, { submissions }: By): SubmitStep {
  const found = submissions.get(step.evidence);
  if (!found) throw new Error(`the sample never submits ${step.evidence}`);
  return found;
}

function note(
  walk: Walk,
  piece: SubmitStep | undefined,
  verdict: { outcome: string } | { outcome: 'refused'; code: string; message: string },
): void {
  if (!('code' in verdict) || !piece) return;
  walk.refused.push({
    evidence: piece.evidence,
    requirement: piece.requirement,
    code: verdict.code,
    reason: verdict.message,
  });
}
