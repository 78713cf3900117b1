import { type Refused, refused } from '../acts/refusal.ts';
import { refuseUnknownEnrollment } from '../acts/unknown-enrollment.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { Framework } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import type { RecordStore } from '../ports/record-store.ts';

/** An enrollment with what it is judged by. */
export type EnrollmentAround = { outcome: 'found'; enrollment: Enrollment; program: Program; framework: Framework };

export async function readAround(store: RecordStore, ref: EnrollmentRef): Promise<EnrollmentAround | Refused> {
  const enrollment = await store.readEnrollment(ref);
  if (!enrollment) return refuseUnknownEnrollment(store, ref);
  const stored = await store.readProgram(ref.program);
  const framework = await store.readFramework(enrollment.framework);
  if (!stored || !framework) {
    return refused(
      'program.unknown',
      `program: "${ref.program}" or its framework is not in the table; load it again with \`program load\``,
    );
  }
  return { outcome: 'found', enrollment, program: stored.program, framework };
}
