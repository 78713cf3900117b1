import type { PastEnrollment } from '../domain/as-of.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { type Explanation, explain } from '../domain/explanation.ts';
import type { Framework } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import type { Instant } from '../domain/time.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';
import { readRecorded } from './status.ts';
import { refuseUnknownEnrollment } from './unknown-enrollment.ts';

export type ProgressView = {
  outcome: 'found';
  /** The past instant that all this is of; absent: now. */
  at?: Instant;
  enrollment: Enrollment;
  standing: Pick<PastEnrollment, 'status' | 'progress' | 'completion' | 'left'>;
  program: Program;
  framework: Framework;
  /** What any of these calls sensitive is. */
  frameworks: Framework[];
  explanation: Explanation;
};

/**
 * "Why not yet", now or as of a past moment. The present is told from the enrollment alone; only for the past is the
 * ledger read.
 */
export async function readProgress(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
  moment?: string,
): Promise<ProgressView | Refused> {
  if (moment !== undefined) return readRecorded(ports, ref, moment);
  const [enrollment, stored] = await Promise.all([
    ports.store.readEnrollment(ref),
    ports.store.readProgram(ref.program),
  ]);
  if (!enrollment) return refuseUnknownEnrollment(ports.store, ref);
  const framework = stored && (await ports.store.readFramework(enrollment.framework));
  if (!framework) return refused('program.unknown', `program: "${ref.program}" or its framework is not in the table`);
  const { program } = stored;
  const explanation = explain(enrollment, program, framework, ports.clock.now());
  return {
    outcome: 'found',
    enrollment,
    standing: enrollment,
    program,
    framework,
    frameworks: [framework],
    explanation,
  };
}
