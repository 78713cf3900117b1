import type { EnrollmentRef } from '../domain/ids.ts';
import type { ActPorts } from './act-ports.ts';

/** Has evaluate look at a whole record. Level-triggered: once too often changes nothing. */
export function askForLook({ queue }: Pick<ActPorts, 'queue'>, ref: EnrollmentRef, reason: string): Promise<void> {
  const place = { program: ref.program, enrollment: ref.enrollment };
  return queue.send({ type: 'evaluation-requested', version: 1, ...place, changes: [], whole: true, reason });
}
