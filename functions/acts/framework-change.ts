import type { Actor } from '../domain/audit.ts';
import { decideCompletion, type Missing, type Standing, stillHolds } from '../domain/completion.ts';
import type { Enrollment, EnrollmentStatus } from '../domain/enrollment.ts';
import { rulesOf } from '../domain/evaluation.ts';
import type { RawItem } from '../domain/evidence.ts';
import { type Framework, frameworkRef, requirementsOf } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import { describeProgress } from '../domain/progress-description.ts';
import { recomputeProgress } from '../domain/recompute.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { actFact, actOnEnrollment, type Decided } from './act-on-enrollment.ts';
import type { ActPorts } from './act-ports.ts';
import { askForLook } from './ask-for-look.ts';
import { type Refused, refused } from './refusal.ts';

type Store = Pick<RecordStore, 'readProgram' | 'listEnrollments' | 'readEnrollment' | 'readAllEvidence'>;

/** What another framework version would mean for one apprentice, judged by the evidence that the table holds now. */
export type SimulatedEnrollment = {
  enrollment: string;
  framework: string;
  before: { complete: boolean; met: number; of: number };
  after: { complete: boolean; met: number; of: number; missing: Missing[] };
  /** `completes`: only under the new version. `falls-short`: only under the old one. */
  effect: 'completes' | 'falls-short' | 'none';
};

const statuses: readonly EnrollmentStatus[] = ['open', 'complete'];

/**
 * Who would newly complete under another version of a framework, who would no longer, and what each would miss.
 * Writes nothing. One enrollment at a time, so that a program of any size fits into memory.
 */
export async function* simulateFramework(
  ports: { store: Store & Pick<RecordStore, 'readFramework'>; clock: ActPorts['clock'] },
  programId: string,
  next: Framework,
): AsyncGenerator<SimulatedEnrollment> {
  const stored = await ports.store.readProgram(programId);
  if (!stored) return;
  const now = ports.clock.now();
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await ports.store.listEnrollments(programId, status, cursor);
      for (const ref of page.items) {
        const enrollment = await ports.store.readEnrollment(ref);
        const framework = enrollment && (await ports.store.readFramework(enrollment.framework));
        // Who follows another framework has no version of this one to move to.
        if (!enrollment || !framework || framework.id !== next.id) continue;
        const items = await ports.store.readAllEvidence(enrollment);
        const judge = (of: Framework) => judged(enrollment, stored.program, of, items, now);
        yield simulated(enrollment, judge(framework), judge(next));
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

type Judged = { complete: boolean; met: number; of: number; missing: Missing[] };

function judged(
  enrollment: Enrollment,
  program: Program,
  framework: Framework,
  items: readonly RawItem[],
  now: string,
): Judged {
  const progress = recomputeProgress(framework, items, rulesOf(enrollment, program));
  const standing: Standing = { framework, program, enrolledOn: enrollment.enrolledOn, progress };
  const decision = decideCompletion(standing, now);
  const met = Object.values(progress).filter((p) => p.status === 'met').length;
  const active = enrollment.pointers.completion?.active;
  // What was issued is judged on its own day: a certificate that lapsed since takes nothing back.
  const complete = active ? stillHolds(standing, active.completedOn) : decision.complete;
  return {
    complete,
    met,
    of: requirementsOf(framework).size,
    missing: decision.complete || complete ? [] : decision.missing,
  };
}

function simulated(enrollment: Enrollment, before: Judged, after: Judged): SimulatedEnrollment {
  const effect = before.complete === after.complete ? 'none' : after.complete ? 'completes' : 'falls-short';
  const { missing: _, ...was } = before;
  const { id, version } = enrollment.framework;
  return { enrollment: enrollment.enrollment, framework: `${id} ${version}`, before: was, after, effect };
}

/**
 * Moves an enrollment to another version of its framework: an explicit act, chained with both versions. Evidence is
 * carried over by requirement id, and evaluate looks at all of it again. Who has completed stays with the version that
 * their certificate names.
 */
export async function moveToFramework(
  ports: ActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  next: Framework,
): Promise<{ outcome: 'moved' } | Refused> {
  const to = frameworkRef(next);
  if (!(await ports.store.readFramework(to)))
    return refused('framework.unknown', `framework: ${to.id} ${to.version} is not in the table`, {
      next: 'load-program',
      again: false,
    });
  type Answer = { outcome: 'moved' };
  const answer = await actOnEnrollment(ports, ref, { bumpFence: true }, (enrollment): Decided<Answer> | Refused => {
    const from = enrollment.framework;
    if (from.id !== to.id)
      return refused(
        'framework.other',
        `framework: the enrollment follows ${from.id}; only its versions can be moved to`,
      );
    if (from.hash === to.hash)
      return refused('framework.same', `framework: the enrollment follows ${from.id} ${from.version} already`);
    if (enrollment.status !== 'open')
      return refused(
        'enrollment.not-open',
        `enrollment: ${enrollment.status}; only an open one moves to another version`,
      );
    return {
      answer: { outcome: 'moved' },
      facts: [
        actFact(
          actor,
          'framework-moved',
          ref.enrollment,
          {
            from: `${from.id}@${from.version}`,
            to: `${to.id}@${to.version}`,
            frameworkHash: to.hash,
            // What the new version does not know is forgotten; the evidence stays.
            ...Object.fromEntries(dropped(enrollment, next).map((id) => [`status.${id}`, describeProgress(null)])),
          },
          enrollment,
        ),
      ],
      patch: {
        framework: to,
        progress: Object.fromEntries(dropped(enrollment, next).map((id) => [id, null])),
        met: Object.entries(enrollment.progress).filter(([id, p]) => p.status === 'met' && requirementsOf(next).has(id))
          .length,
      },
    };
  });
  // Whoever crashed between the two says it again, and is then refused: what follows is driven all the same.
  if (answer.outcome === 'moved' || answer.code === 'framework.same') await askForLook(ports, ref, 'framework-moved');
  return answer;
}

/** Requirements of the record that the new version does not have. */
function dropped({ progress }: Enrollment, next: Framework): string[] {
  const known = requirementsOf(next);
  return Object.keys(progress).filter((id) => !known.has(id));
}
