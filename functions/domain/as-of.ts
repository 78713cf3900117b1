import type { AuditEntry } from './audit.ts';
import type { Enrollment, Leaving } from './enrollment.ts';
import { type Explainable, type ExplainablePointer, type Explanation, explain } from './explanation.ts';
import type { Framework, FrameworkRef } from './framework.ts';
import type { Program } from './program.ts';
import { parseProgress } from './progress-description.ts';
import type { Instant } from './time.ts';

/** An enrollment as it was: what an explanation reads of it, and the completion that it carried. */
export type PastEnrollment = Explainable &
  Pick<Enrollment, 'completion'> & {
    /** By achievement. */
    pointers: Record<string, ExplainablePointer>;
    /** The version that it followed then. */
    framework?: FrameworkRef;
    /** The version of its program that it was judged by. */
    programHash?: string;
    /** Set while the status is *withdrawn*; the words stay in the record. */
    left?: Pick<Leaving, 'at' | 'code'> | undefined;
  };

type Basics = Pick<Enrollment, 'enrolledOn'>;

/**
 * What `explain` would have answered at a past instant, from the ledger alone. The program and the framework are those
 * that are given: `enrollmentAt` tells which versions they were. Undefined before the enrollment.
 */
export function explainAt(
  ledger: readonly AuditEntry[],
  basics: Basics,
  program: Program,
  framework: Framework,
  at: Instant,
): Explanation | undefined {
  const past = enrollmentAt(ledger, basics, at);
  return past && explain(past, program, framework, at);
}

/** Replays what the ledger held at an instant, in the chain's order; undefined where it held nothing yet. */
export function enrollmentAt(
  ledger: readonly AuditEntry[],
  { enrolledOn }: Basics,
  at: Instant,
): PastEnrollment | undefined {
  const entries = ledger.filter((entry) => entry.at <= at).sort((a, b) => a.seq - b.seq);
  if (entries.length === 0) return undefined;
  const past: PastEnrollment = { enrolledOn, status: 'open', progress: {}, pointers: {} };
  const progress: Record<string, Explainable['progress'][string]> = {};
  for (const entry of entries) {
    for (const [requirement, description] of statusesOf(entry)) {
      const standing = parseProgress(description);
      if (standing) progress[requirement] = standing;
      else delete progress[requirement];
    }
    moveCompletion(past, entry);
    const framework = frameworkPinnedBy(entry);
    if (framework) past.framework = framework;
    if (entry.facts.programHash !== undefined) past.programHash = String(entry.facts.programHash);
    moveMembership(past, entry);
    movePointers(past.pointers, entry);
  }
  const { active } = past.pointers.completion ?? {};
  const { status } = past;
  if (status === 'withdrawn') return { ...past, progress };
  return { ...past, status: (active ? !active.suspended : past.completion) ? 'complete' : 'open', progress };
}

/** The version that an entry pins its enrollment to. */
export function frameworkPinnedBy({ action, facts }: AuditEntry): FrameworkRef | undefined {
  if (action !== 'enrolled' && action !== 'framework-moved') return undefined;
  const [id, version] = String(action === 'enrolled' ? facts.framework : facts.to).split('@');
  return id && version ? { id, version, hash: String(facts.frameworkHash) } : undefined;
}

function statusesOf({ action, facts }: AuditEntry): [requirement: string, description: string][] {
  if (action === 'progress-evaluated' || action === 'framework-moved') {
    return Object.entries(facts).flatMap(([key, value]) =>
      key.startsWith('status.') ? [[key.slice('status.'.length), String(value)]] : [],
    );
  }
  const { requirement, status } = facts;
  return requirement === undefined || status === undefined ? [] : [[String(requirement), String(status)]];
}

function moveMembership(past: PastEnrollment, { action, facts, at }: AuditEntry): void {
  if (action === 'enrollment-withdrawn') {
    past.status = 'withdrawn';
    past.left = { at, code: String(facts.code) as Leaving['code'] };
  }
  if (action === 'enrollment-resumed') {
    past.status = 'open';
    delete past.left;
  }
}

function moveCompletion(past: PastEnrollment, { action, facts }: AuditEntry): void {
  if (action === 'completion-reached') past.completion = { on: String(facts.on), at: String(facts.reachedAt) };
  const { active } = past.pointers.completion ?? {};
  const isFallen = action === 'credential-revoked' && facts.achievement === 'completion' && active?.suspended;
  if (action === 'completion-undone' || action === 'enrollment-withdrawn' || isFallen) delete past.completion;
}

function movePointers(pointers: Record<string, ExplainablePointer>, entry: AuditEntry): void {
  const { achievement } = entry.facts;
  if (achievement === undefined) return;
  pointers[String(achievement)] = movedPointer(pointers[String(achievement)] ?? {}, entry);
}

/** One achievement's pointer after one entry: what evaluate, issue, sweep and people's acts did to it. */
function movedPointer(pointer: ExplainablePointer, { action, subject, facts, at }: AuditEntry): ExplainablePointer {
  const { active, pending, ...rest } = pointer;
  const kept = { ...rest, ...(active && { active }) };
  switch (action) {
    case 'credential-requested':
      return { ...kept, pending: { requestedAt: at, releaseAt: String(facts.releaseAt ?? at) } };
    case 'credential-request-cancelled':
      return kept;
    case 'credential-parked':
      return pending ? { ...kept, pending: { ...pending, parked: String(facts.reason) } } : kept;
    case 'credential-unparked': {
      const { parked: _, ...again } = pending ?? { requestedAt: at, releaseAt: at };
      return pending ? { ...kept, pending: again } : kept;
    }
    case 'credential-issued':
      return { active: { credentialId: subject, suspended: false, completedOn: String(facts.completedOn) } };
    case 'credential-suspended':
    case 'credential-reinstated':
      return active ? { ...pointer, active: { ...active, suspended: action === 'credential-suspended' } } : pointer;
    case 'credential-revoked':
      return { revoked: true };
    default:
      return pointer;
  }
}
