import type { EnrollmentRef } from '../domain/ids.ts';

/** One thing that is not as it should be, in plain words, and what to do about it. Ids and codes only. */
export type Finding = {
  code: string;
  ref?: EnrollmentRef;
  /** The credential, email, document or queue that it is about. */
  subject?: string;
  problem: string;
  /** A command of the command line, or a section of the runbook. */
  remedy: string;
};

/** Where no command can mend it: somebody changed the table, and only what it held before says what was. */
export const restoreRemedy = 'the runbook, "Restoring the table"';

/** Where a checkpoint shows that somebody changed the table. */
export const changedRemedy = 'the runbook, "The record was changed by hand"';

export const redriveRemedy = ({ program, enrollment }: EnrollmentRef) => `redrive ${program} ${enrollment}`;
