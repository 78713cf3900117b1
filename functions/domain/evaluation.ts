import { type AuditEntry, type AuditFact, chain, systemActor } from './audit.ts';
import { type Aside, asideOf, judgeChange, requirementOfChange } from './changes.ts';
import type { Enrollment, EnrollmentPatch } from './enrollment.ts';
import { derivedCause, type EvaluationInput } from './evaluation-input.ts';
import type { RawItem } from './evidence.ts';
import { requirementsOf } from './framework.ts';
import { canonicalJson } from './hash.ts';
import { nextLapse } from './needs.ts';
import { type CredentialTransition, movePointers } from './pointer-moves.ts';
import type { Program } from './program.ts';
import { type ProgressRules, type RequirementProgress, standingOf } from './progress.ts';
import { describeProgress } from './progress-description.ts';
import { civilDateOf, type Instant } from './time.ts';

export type EvaluationDecision = {
  /** False: the ledger and the progress say all of this already. */
  changed: boolean;
  /** More pointers are to be moved than one transaction holds: decide again after this one. */
  unfinished: boolean;
  patch: EnrollmentPatch;
  entries: AuditEntry[];
  transitions: CredentialTransition[];
  setAside: Aside[];
  /** Sort keys whose items count now, or are gone. */
  clearAside: string[];
};

/**
 * The heart of the matter: from what the table holds now, what the enrollment becomes. Pure. Works on what changed
 * alone, so that a thousand requirements cost what ten do; only when the last one is met is the whole record walked.
 */
export function decideEvaluation(input: EvaluationInput): EvaluationDecision {
  const { enrollment, framework } = input;
  const requirements = requirementsOf(framework);
  const rules = rulesOf(enrollment, input.program);
  const facts: AuditFact[] = [];
  const marks: Record<string, string> = {};
  const refused: Record<string, string> = {};
  const currentItems = new Map([...input.readings.values()].flat().map((item) => [item.sk, item]));
  for (const change of input.changes) {
    const judged = judgeChange(change, currentItems.get(change.sk), requirements, rules);
    if (
      judged.mark &&
      !(judged.mark.at <= (marks[judged.mark.requirement] ?? enrollment.marks[judged.mark.requirement] ?? ''))
    ) {
      marks[judged.mark.requirement] = judged.mark.at;
    }
    if (judged.refused) refused[judged.refused.sk] = judged.refused.hash;
    if (judged.fact && !input.knownCauses.has(judged.fact.cause)) facts.push(judged.fact);
  }
  const after: ProgressRules = {
    ...rules,
    marks: { ...rules.marks, ...marks },
    refused: { ...rules.refused, ...refused },
  };
  if (enrollment.programHash !== undefined && enrollment.programHash !== input.hashes.program)
    facts.unshift(programChanged(input));
  const progress = lookAgain(input, after);
  const met = progress.metOfAll ?? enrollment.met + progress.metDelta;
  const recounted = met !== enrollment.met + progress.metDelta;
  const patch: EnrollmentPatch = {
    ...((Object.keys(progress.changed).length > 0 || recounted) && { progress: progress.changed, met }),
    ...(Object.keys(progress.awaiting).length > 0 && { awaiting: progress.awaiting }),
    ...(hasNew(marks, enrollment.marks) && { marks }),
    ...(hasNew(refused, enrollment.refused) && { refused }),
    ...(facts[0]?.action === 'program-changed' && { programHash: input.hashes.program }),
  };
  tellStatuses(input, facts, progress.changed, rules);
  const moved = movePointers(input, progress.changed, met === requirements.size);
  Object.assign(patch, moved.patch);
  facts.push(...moved.facts);

  const changed = facts.length > 0 || Object.keys(patch).length > 0;
  const lapseOn = lapseAfter(input, progress.changed);
  if (lapseOn !== enrollment.lapseOn) patch.lapseOn = lapseOn ?? null;
  if (changed && facts.length === 0) {
    facts.push({
      actor: systemActor('evaluate'),
      action: 'progress-evaluated',
      subject: enrollment.enrollment,
      facts: {},
      cause: derivedCause(enrollment, 0),
    });
  }
  const chained = chain(enrollment, facts, input.now);
  if (changed) Object.assign(patch, { chain: chained.head, lastChangeAt: input.now });
  return {
    changed,
    unfinished: moved.unfinished,
    patch,
    entries: chained.entries,
    transitions: moved.transitions,
    ...sortAside(input, currentItems, after),
  };
}

/** When the next certificate lapses follows from progress and the day alone: it moves on without an entry of its own. */
function lapseAfter(
  { enrollment, program, framework, now }: EvaluationInput,
  changed: EnrollmentPatch['progress'] = {},
) {
  const held = framework.certificates.map(({ id }) => (id in changed ? changed[id] : enrollment.progress[id]));
  return nextLapse(held, civilDateOf(now, program.timeZone));
}

/** From here on the record is judged by another version of the program: its roster and its policy. */
function programChanged({ enrollment, hashes }: EvaluationInput): AuditFact {
  return {
    actor: systemActor('evaluate'),
    action: 'program-changed',
    subject: enrollment.program,
    facts: { programHash: hashes.program, policyHash: hashes.policy },
    cause: derivedCause(enrollment, 3),
  };
}

/** What progress is judged by, of an enrollment and its program. */
export function rulesOf(enrollment: Enrollment, program: Program): ProgressRules {
  return {
    ref: { program: enrollment.program, enrollment: enrollment.enrollment },
    apprenticeId: enrollment.apprentice.id,
    enrolledOn: enrollment.enrolledOn,
    salt: enrollment.salt,
    marks: enrollment.marks,
    refused: enrollment.refused,
    program,
  };
}

function lookAgain(input: EvaluationInput, rules: ProgressRules) {
  const requirements = requirementsOf(input.framework);
  const changed: Record<string, RequirementProgress | null> = {};
  const awaiting: Record<string, Instant | null> = {};
  let metDelta = 0;
  let looked = 0;
  let metNow = 0;
  for (const [id, items] of input.readings) {
    const requirement = requirements.get(id);
    if (!requirement) continue;
    const before = input.enrollment.progress[id];
    const { progress: now, awaiting: since } = standingOf(requirement, items, rules);
    if (since !== input.enrollment.awaiting?.[id]) awaiting[id] = since ?? null;
    looked++;
    metNow += Number(now?.status === 'met');
    if (sameProgress(before, now)) continue;
    changed[id] = now ?? null;
    metDelta += Number(now?.status === 'met') - Number(before?.status === 'met');
  }
  // Where every requirement was looked at, the count is taken afresh: a hand in the table may have changed it.
  return { changed, awaiting, metDelta, ...(looked === requirements.size && { metOfAll: metNow }) };
}

export function sameProgress(a: RequirementProgress | undefined, b: RequirementProgress | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.status !== b.status) return false;
  if (a.status === 'met' && b.status === 'met') {
    if (a.basis !== b.basis || a.since !== b.since) return false;
    if (!a.intervals && !b.intervals && !a.hours && !b.hours) return true;
  }
  return canonicalJson(a) === canonicalJson(b);
}

/** The ledger tells what each change did to its requirement; a change without a fact of its own gets one entry for all. */
function tellStatuses(
  input: EvaluationInput,
  facts: AuditFact[],
  changed: Record<string, RequirementProgress | null>,
  rules: ProgressRules,
) {
  const untold = new Map(Object.entries(changed));
  for (const fact of [...facts].reverse()) {
    const requirement = String(fact.facts.requirement ?? '');
    const progress = untold.get(requirement);
    if (progress === undefined) continue;
    Object.assign(fact.facts, { status: describeProgress(progress) });
    untold.delete(requirement);
  }
  if (untold.size === 0) return;
  const statuses = Object.fromEntries(
    [...untold].map(([id, progress]) => [`status.${id}`, describeProgress(progress)]),
  );
  const cause = derivedCause(input.enrollment, 0);
  facts.push({
    actor: systemActor('evaluate'),
    action: 'progress-evaluated',
    subject: rules.ref.enrollment,
    facts: statuses,
    cause,
  });
}

function sortAside(input: EvaluationInput, items: ReadonlyMap<string, RawItem>, rules: ProgressRules) {
  const setAside = new Map<string, Aside>();
  const clearAside = new Set<string>();
  const requirements = requirementsOf(input.framework);
  for (const change of input.changes) {
    const current = items.get(change.sk);
    const known = requirementOfChange(change, rules) !== undefined;
    const aside = current
      ? asideOf(current, requirements, rules, change)
      : !known && change.kind !== 'deleted' && asideOf({ sk: change.sk, attributes: {} }, requirements, rules, change);
    // An item under a key of no known form is not read again: the last that the stream showed of it decides.
    setAside.delete(change.sk);
    clearAside.delete(change.sk);
    if (aside) setAside.set(change.sk, aside);
    else if (change.kind !== 'put' || change.image === undefined) clearAside.add(change.sk);
  }
  return { setAside: [...setAside.values()], clearAside: [...clearAside] };
}

/**
 * Changes that one transaction's hundred items hold together with all that may follow from them: with interim
 * credentials up to `maxSetsMoved` pointers may move too, at four items each.
 */
export function maxChangesPerCommit(
  program: Pick<Program, 'policy'>,
  enrollment: Pick<Enrollment, 'pointers'>,
): number {
  const movesSets =
    program.policy.interimCredentials || Object.keys(enrollment.pointers).some((a) => a !== 'completion');
  return movesSets ? 40 : 90;
}

function hasNew(fresh: Record<string, string>, known: Record<string, string>): boolean {
  return Object.entries(fresh).some(([key, value]) => known[key] !== value);
}
