import { decideCompletion, type Missing, stillHolds } from './completion.ts';
import type { CredentialRequest, Pointer } from './credential.ts';
import type { Enrollment } from './enrollment.ts';
import { type Framework, requirementsOf } from './framework.ts';
import type { Program } from './program.ts';
import type { DescribedProgress } from './progress-description.ts';
import type { Instant } from './time.ts';

export type SkillSetStanding = { id: string; text: string; met: number; of: number; complete: boolean };

/** Why things stand as they do, for people: what is met, what is missing, and why nothing was issued yet. */
export type Explanation = {
  met: number;
  of: number;
  skillSets: SkillSetStanding[];
  missing: Missing[];
  /** One word of where the completion's credential is, and a sentence. */
  credential: {
    state: 'none' | 'waiting' | 'held' | 'pending' | 'parked' | 'in-force' | 'suspended' | 'revoked';
    because: string;
  };
};

/** What an explanation reads of an enrollment, as it is or as the ledger tells that it was. */
export type Explainable = Pick<Enrollment, 'enrolledOn' | 'status'> & {
  progress: Readonly<Record<string, DescribedProgress>>;
  pointers: { completion?: ExplainablePointer };
};
export type ExplainablePointer = Omit<Pointer, 'pending'> & {
  pending?: Pick<CredentialRequest, 'requestedAt' | 'releaseAt' | 'parked'> | undefined;
};

export function explain(enrollment: Explainable, program: Program, framework: Framework, now: Instant): Explanation {
  const requirements = requirementsOf(framework);
  const isMet = (id: string) => enrollment.progress[id]?.status === 'met';
  const standing = { framework, program, enrolledOn: enrollment.enrolledOn, progress: enrollment.progress };
  const decision = decideCompletion(standing, now);
  const active = enrollment.pointers.completion?.active;
  const missing = decision.complete || (active && stillHolds(standing, active.completedOn)) ? [] : decision.missing;
  const skillSets = framework.skillSets.map((set) => {
    const met = set.skills.filter((skill) => isMet(skill.id)).length;
    return {
      id: set.id,
      text: set.display ?? set.text,
      met,
      of: set.skills.length,
      complete: met === set.skills.length,
    };
  });
  const met = [...requirements.keys()].filter(isMet).length;
  return { met, of: requirements.size, skillSets, missing, credential: explainCredential(enrollment, missing, now) };
}

function explainCredential(
  enrollment: Explainable,
  missing: readonly Missing[],
  now: Instant,
): Explanation['credential'] {
  const { active, pending, revoked } = enrollment.pointers.completion ?? {};
  if (active?.suspended) return { state: 'suspended', because: 'the evidence that it stood on no longer stands' };
  if (active) return { state: 'in-force', because: `issued; completed on ${active.completedOn}` };
  if (pending?.parked) return { state: 'parked', because: `it waits for a person: ${pending.parked}` };
  if (pending && pending.releaseAt > now)
    return { state: 'held', because: `the program holds it until ${pending.releaseAt}` };
  if (pending) return { state: 'pending', because: `requested at ${pending.requestedAt}; it is being issued` };
  if (revoked) return { state: 'revoked', because: 'it was revoked; only a reissue brings another' };
  if (enrollment.status === 'withdrawn') return { state: 'none', because: 'the apprentice left the program' };
  if (missing.length > 0)
    return { state: 'none', because: `${missing.length} thing${missing.length === 1 ? ' is' : 's are'} missing` };
  return { state: 'waiting', because: 'the record is complete and about to be evaluated' };
}
