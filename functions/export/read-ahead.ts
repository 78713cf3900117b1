import type { Head } from '../domain/checkpoint.ts';
import type { RawItem } from '../domain/evidence.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { ExportPorts } from './export-ports.ts';
import { enrollmentPrefix } from './open-bundle.ts';

/** One enrollment as it was read; its record is absent where nothing is in the table any more. */
export type ReadEnrollment = { head: Head; record: EnrollmentRecord | undefined; evidence: () => Promise<RawItem[]> };

/** Enrollments that are read while another one is written. */
const ahead = 4;

/** Reads enrollment after enrollment, some before they are asked for: a table answers many as fast as one. */
export async function* readAhead(
  store: ExportPorts['store'],
  program: string,
  heads: readonly Head[],
): AsyncGenerator<ReadEnrollment, void> {
  const reading: Promise<ReadEnrollment>[] = [];
  for (let next = 0; next < heads.length || reading.length > 0; ) {
    while (next < heads.length && reading.length < ahead) {
      const read = readOne(store, program, heads[next++] as Head);
      // Told when it is its turn.
      read.catch(() => undefined);
      reading.push(read);
    }
    yield await (reading.shift() as Promise<ReadEnrollment>);
  }
}

async function readOne(store: ExportPorts['store'], program: string, head: Head): Promise<ReadEnrollment> {
  const ref = { program, enrollment: head.chain.slice(enrollmentPrefix.length) };
  return { head, record: await store.readRecord(ref), evidence: () => store.readAllEvidence(ref) };
}
