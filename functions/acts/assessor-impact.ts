import { decideCompletion, decideSkillSet, type Missing, type Standing, stillHolds } from '../domain/completion.ts';
import type { Achievement, Pointer } from '../domain/credential.ts';
import type { Enrollment, EnrollmentStatus } from '../domain/enrollment.ts';
import { rulesOf } from '../domain/evaluation.ts';
import { type Assessment, evidencePartition, parseEvidenceKeys, parseItem, type RawItem } from '../domain/evidence.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { type Program, withVoided } from '../domain/program.ts';
import { standingAssessments } from '../domain/progress.ts';
import { recomputeProgress } from '../domain/recompute.ts';
import type { Instant } from '../domain/time.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';

/** One assessment of theirs. `stands`: it has a say in its requirement now, or had one until they were voided. */
export type ImpactedAssessment = Pick<Assessment, 'requirement' | 'evidence' | 'assessment' | 'assessedAt'> & {
  outcome: Assessment['outcome'] | 'gone';
  stands: boolean;
};

/** A credential in force or asked for that stands on one, and what its record would miss without them. */
export type ImpactedCredential = {
  credentialId: string;
  achievement: Achievement;
  state: 'in-force' | 'suspended' | 'pending';
  falls: boolean;
  missing: Missing[];
};

export type AssessorImpact = {
  enrollment: string;
  status: EnrollmentStatus;
  framework: Framework;
  assessments: ImpactedAssessment[];
  credentials: ImpactedCredential[];
};

export type ImpactPorts = { store: ActPorts['store']; clock: ActPorts['clock'] };

const statuses: readonly EnrollmentStatus[] = ['open', 'complete', 'withdrawn'];

/**
 * Everybody whom an assessor has ever assessed in a program, with what would fall without those assessments. Judged as
 * if the assessor were not voided, so that it tells the same before the act and after it. Writes nothing; one
 * enrollment at a time. `program`: as it is stored.
 */
export async function* assessorImpact(
  ports: ImpactPorts,
  program: Program,
  assessor: string,
): AsyncGenerator<AssessorImpact> {
  for await (const ref of everyEnrollment(ports.store, program.id)) {
    const impact = await impactOn(ports, program, assessor, ref);
    if (impact) yield impact;
  }
}

/**
 * Every enrollment of a program, once. Lists lag behind the table and people change status under way, so that the lists
 * are walked until a walk finds nobody new.
 */
async function* everyEnrollment(
  store: Pick<RecordStore, 'listEnrollments'>,
  program: string,
): AsyncGenerator<EnrollmentRef> {
  const seen = new Set<string>();
  let before: number;
  do {
    before = seen.size;
    for (const status of statuses) {
      let cursor: string | undefined;
      do {
        const page = await store.listEnrollments(program, status, cursor);
        for (const { enrollment } of page.items) {
          if (seen.has(enrollment)) continue;
          seen.add(enrollment);
          yield { program, enrollment };
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  } while (seen.size > before);
}

/** What one enrollment owes to an assessor; undefined where they never assessed it. */
export async function impactOn(
  { store, clock }: ImpactPorts,
  program: Program,
  assessor: string,
  ref: EnrollmentRef,
): Promise<AssessorImpact | undefined> {
  const record = await store.readRecord(ref);
  const framework = record && (await store.readFramework(record.enrollment.framework));
  if (!record || !framework) return undefined;
  const { enrollment, ledger } = record;
  const items = await store.readAllEvidence(ref);
  const rules = rulesOf(enrollment, withVoided(program, assessor, undefined));
  const own = items.filter((item) => assessmentIn(ref, item)?.assessor === assessor);
  const listed = new Map<string, ImpactedAssessment>();
  // The ledger remembers what was deleted, or edited to name another.
  for (const { actor, action, subject, facts, at } of ledger) {
    if (actor.role !== 'assessor' || actor.id !== assessor || action !== 'assessment-accepted') continue;
    const [evidence = '', assessment = ''] = subject.split('/');
    const requirement = String(facts.requirement ?? '');
    listed.set(subject, { requirement, evidence, assessment, assessedAt: at, outcome: 'gone', stands: false });
  }
  const byRequirement = Map.groupBy(items, (item) => parseEvidenceKeys(evidencePartition(ref), item.sk)?.requirement);
  const standing = [...requirementsOf(framework).values()].flatMap((requirement) =>
    standingAssessments(requirement, byRequirement.get(requirement.id) ?? [], rules),
  );
  const stands = new Set(standing.map(keyOf));
  for (const item of own) {
    const { requirement, evidence, assessment, assessedAt, outcome } = assessmentIn(ref, item) as Assessment;
    const key = `${evidence}/${assessment}`;
    const says = { requirement, evidence, assessment, assessedAt, outcome };
    listed.set(key, { ...says, stands: stands.has(keyOf(says)) });
  }
  if (listed.size === 0) return undefined;
  const without = items.filter((item) => !own.includes(item));
  const standingOf = (of: readonly RawItem[]): Standing => ({
    framework,
    program,
    enrolledOn: enrollment.enrolledOn,
    progress: recomputeProgress(framework, of, rules),
  });
  const requirements = new Set([...listed.values()].filter((a) => a.stands).map((a) => a.requirement));
  const credentials = credentialsOn(enrollment, requirements, standingOf(items), standingOf(without), clock.now());
  const assessments = [...listed.values()].sort((a, b) => (a.assessedAt < b.assessedAt ? -1 : 1));
  return { enrollment: ref.enrollment, status: enrollment.status, framework, assessments, credentials };
}

const keyOf = ({ requirement, evidence, assessment }: Pick<Assessment, 'requirement' | 'evidence' | 'assessment'>) =>
  `${requirement} ${evidence} ${assessment}`;

function assessmentIn(ref: EnrollmentRef, { sk, attributes }: RawItem): Assessment | undefined {
  const place = parseEvidenceKeys(evidencePartition(ref), sk);
  const parsed = place?.part === 'assessment' ? parseItem(place, attributes) : undefined;
  return parsed?.ok && parsed.part === 'assessment' ? parsed.value : undefined;
}

/** The credentials that any of these requirements is part of. */
function credentialsOn(
  enrollment: Enrollment,
  requirements: ReadonlySet<string>,
  before: Standing,
  after: Standing,
  now: Instant,
): ImpactedCredential[] {
  const known = requirementsOf(before.framework);
  return Object.entries(enrollment.pointers).flatMap(([key, pointer]) => {
    const achievement = key as Achievement;
    const touches = [...requirements].some(
      (id) => achievement === 'completion' || achievement === `skill-set:${known.get(id)?.set}`,
    );
    if (!touches) return [];
    const falls = holds(achievement, pointer, before, now) && !holds(achievement, pointer, after, now);
    const missing = falls ? newlyMissing(achievement, before, after, now) : [];
    const { active, pending } = pointer;
    const found: ImpactedCredential[] = [];
    if (active) {
      const state = active.suspended ? 'suspended' : 'in-force';
      found.push({ credentialId: active.credentialId, achievement, state, falls, missing });
    }
    if (pending) found.push({ credentialId: pending.credentialId, achievement, state: 'pending', falls, missing });
    return found;
  });
}

/** As evaluate judges: what was issued on its own day, what is pending afresh. */
function holds(achievement: Achievement, { active }: Pointer, standing: Standing, now: Instant): boolean {
  if (achievement !== 'completion')
    return decideSkillSet(standing, achievement.slice('skill-set:'.length)) !== undefined;
  return active ? stillHolds(standing, active.completedOn) : decideCompletion(standing, now).complete;
}

/** What the record lacks without them and does not lack with them. */
function newlyMissing(achievement: Achievement, before: Standing, after: Standing, now: Instant): Missing[] {
  const missingIn = (standing: Standing) => {
    const decision = decideCompletion(standing, now);
    return decision.complete ? [] : decision.missing;
  };
  const lacked = new Set(missingIn(before).map((missing) => JSON.stringify(missing)));
  const requirements = requirementsOf(after.framework);
  const ofAchievement = (missing: Missing) =>
    achievement === 'completion' ||
    ('requirement' in missing && `skill-set:${requirements.get(missing.requirement)?.set}` === achievement);
  return missingIn(after).filter((missing) => ofAchievement(missing) && !lacked.has(JSON.stringify(missing)));
}
