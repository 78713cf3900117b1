import { type AuditFact, systemActor } from './audit.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from './completion.ts';
import type { Achievement, CredentialState, FrozenFacts, Pointer } from './credential.ts';
import type { Enrollment, EnrollmentPatch } from './enrollment.ts';
import { derivedCause, type EvaluationInput } from './evaluation-input.ts';
import { requirementsOf } from './framework.ts';
import { canonicalJson } from './hash.ts';
import { movePointer } from './pointers.ts';
import type { RequirementProgress } from './progress.ts';
import type { Instant } from './time.ts';

export type CredentialTransition = { credentialId: string; to: CredentialState; at: Instant };

/** What one evaluation does to the pointers of an enrollment and to its completion. */
type Moved = { patch: EnrollmentPatch; facts: AuditFact[]; transitions: CredentialTransition[]; unfinished: boolean };

/** Skill sets' pointers that one transaction moves: each takes two entries, a credential and an email at the most. */
const maxSetsMoved = 12;

/**
 * Judges every achievement that the changes may have touched: skill sets, a dozen a transaction, then the completion.
 */
export function movePointers(
  input: EvaluationInput,
  changed: Record<string, RequirementProgress | null>,
  allMet: boolean,
): Moved {
  const { enrollment, program, framework, hashes, now } = input;
  const moved: Moved = { patch: {}, facts: [], transitions: [], unfinished: false };
  // Who has left gets nothing new; what was issued before still stands or falls with its basis.
  const left = enrollment.status === 'withdrawn';
  const standing: Standing = { framework, program, enrolledOn: enrollment.enrolledOn, progress: {} };
  const walk = () => {
    if (Object.keys(standing.progress).length === 0) standing.progress = merged(enrollment.progress, changed);
    return standing;
  };
  const frozen = (completedOn: string): FrozenFacts => ({
    name: enrollment.apprentice.name,
    completedOn,
    framework: enrollment.framework,
    hashes,
  });
  const pointers: Record<string, Pointer> = {};
  const move = (achievement: Achievement, judge: { completion: EnrollmentPatch['completion']; stands: boolean }) => {
    if (left && !enrollment.pointers[achievement]?.active) return;
    const change = movePointer({
      achievement,
      pointer: enrollment.pointers[achievement],
      completion: judge.completion ?? undefined,
      stands: judge.stands,
      facts: frozen,
      holdHours: program.policy.holdHours,
      now,
      newIds: input.newIds,
    });
    if (!change) return;
    pointers[achievement] = change.pointer;
    moved.facts.push(
      ...change.facts.map((f, i) => ({ ...f, cause: `${derivedCause(enrollment, 1)}.${achievement}.${i}` })),
    );
    if (change.transition) moved.transitions.push({ ...change.transition, at: now });
  };

  for (const set of setsToMove(input)) {
    if (Object.keys(pointers).length >= maxSetsMoved) {
      moved.unfinished = true;
      break;
    }
    const completion = decideSkillSet(walk(), set);
    move(`skill-set:${set}`, { completion, stands: completion !== undefined });
  }
  const active = enrollment.pointers.completion?.active;
  const judged = judgeCompletion(allMet, active?.completedOn, walk, now);
  if (!left) Object.assign(moved.patch, completionPatch(enrollment, judged, active !== undefined));
  if (moved.patch.completion !== undefined) {
    const undone = moved.patch.completion === null;
    const facts = undone ? {} : { on: judged.completion?.on ?? '', reachedAt: judged.completion?.at ?? '' };
    const action = undone ? 'completion-undone' : 'completion-reached';
    moved.facts.unshift({
      actor: systemActor('evaluate'),
      action,
      subject: enrollment.enrollment,
      facts,
      cause: derivedCause(enrollment, 2),
    });
  }
  move('completion', judged);
  if (Object.keys(pointers).length > 0) moved.patch.pointers = pointers;
  return moved;
}

/** An issued credential is judged on its own date; before that, the date is found afresh. */
function judgeCompletion(allMet: boolean, activeOn: string | undefined, walk: () => Standing, now: Instant) {
  if (!allMet) return { completion: undefined, stands: false };
  if (activeOn !== undefined) return { completion: undefined, stands: stillHolds(walk(), activeOn) };
  const decision = decideCompletion(walk(), now);
  return { completion: decision.complete ? decision.completion : undefined, stands: decision.complete };
}

function completionPatch(
  enrollment: Enrollment,
  judged: ReturnType<typeof judgeCompletion>,
  active: boolean,
): EnrollmentPatch {
  const patch: EnrollmentPatch = {};
  const status = judged.stands ? 'complete' : 'open';
  if (status !== enrollment.status) patch.status = status;
  if (active) return patch;
  if (judged.completion && canonicalJson(judged.completion) !== canonicalJson(enrollment.completion ?? null))
    patch.completion = judged.completion;
  if (!judged.completion && enrollment.completion) patch.completion = null;
  return patch;
}

/** Skill sets whose interim credential may move: where the policy wants them, and wherever one exists already. */
function setsToMove(input: EvaluationInput): string[] {
  const requirements = requirementsOf(input.framework);
  const touched = new Set([...input.readings.keys()].flatMap((id) => requirements.get(id)?.set ?? []));
  return input.framework.skillSets
    .filter((set) => touched.has(set.id))
    .filter(
      (set) =>
        input.enrollment.pointers[`skill-set:${set.id}`] || (input.program.policy.interimCredentials && !set.sensitive),
    )
    .map((set) => set.id);
}

function merged(before: Record<string, RequirementProgress>, changed: Record<string, RequirementProgress | null>) {
  const all: Record<string, RequirementProgress> = { ...before };
  for (const [id, progress] of Object.entries(changed)) {
    if (progress === null) delete all[id];
    else all[id] = progress;
  }
  return all;
}
