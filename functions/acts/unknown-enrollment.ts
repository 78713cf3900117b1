import type { EnrollmentRef } from '../domain/ids.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { type Refused, refused } from './refusal.ts';

/** Why there is no such enrollment: the program is not there, or nobody is enrolled in it under that id. */
export async function refuseUnknownEnrollment(
  store: Pick<RecordStore, 'readProgram'>,
  { program, enrollment }: EnrollmentRef,
): Promise<Refused> {
  if (!(await store.readProgram(program)))
    return refused('program.unknown', `program: there is no "${program}"`, { next: 'list-programs' });
  return refused('enrollment.unknown', `enrollment: there is no "${enrollment}" in program "${program}"`);
}
