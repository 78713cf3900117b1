import type { Enrollment } from './enrollment.ts';
import type { RawItem } from './evidence.ts';
import type { Framework } from './framework.ts';
import type { Change } from './messages.ts';
import type { NewIds } from './pointers.ts';
import type { Program, ProgramHashes } from './program.ts';
import type { Instant } from './time.ts';

/** All that one evaluation is decided from. */
export type EvaluationInput = {
  enrollment: Enrollment;
  program: Program;
  hashes: ProgramHashes;
  framework: Framework;
  /** All items of each requirement that is looked at, as the table holds them now. */
  readings: ReadonlyMap<string, readonly RawItem[]>;
  changes: readonly Change[];
  /** Causes that the ledger holds already. */
  knownCauses: ReadonlySet<string>;
  now: Instant;
  newIds: NewIds;
};

/** What brought about an entry that follows from the record and from no change of its own; `n` tells its kind. */
export function derivedCause(enrollment: Enrollment, n: number): string {
  return `evaluate@${enrollment.version}#${n}`;
}
