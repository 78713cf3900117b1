import type { EnrollmentRef } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';

/**
 * Where messages end that nobody could take: one place for each queue, one for the schedules' and asynchronous calls
 * (`sweeps`), and one for the stream's batches (`stream`).
 */
export const deadLetterQueues = ['evaluation', 'issue', 'delivery', 'feedback', 'export', 'sweeps', 'stream'] as const;
export type DeadLetterQueue = (typeof deadLetterQueues)[number];

/** A dead letter by its ids and codes. What it says stays with the adapter: it may hold addresses and evidence. */
export type DeadLetter = {
  queue: DeadLetterQueue;
  /** The message's id, or the batch's object key. */
  id: string;
  /** When it was first sent, or left. */
  since: Instant;
  /** The message's type, a mail event's, a schedule's task, or `stream-batch`; `unknown` where it cannot be read. */
  type: string;
  ref?: EnrollmentRef;
  /** The credential or email that it is about. */
  subject?: string;
  /** Why no step can ever take it, as a code; absent where it can be read. */
  fault?: string;
};

/** A person's decision on one dead letter. What is set aside is kept, with who did so, when and why. */
export type DeadLetterVerdict =
  | { outcome: 'left' }
  | { outcome: 'replayed' }
  | { outcome: 'set-aside'; by: string; at: Instant; reason: string };

/** The record of a dead letter that was set aside; the message is kept beside it. */
export type KeptLetter = DeadLetter & { by: string; at: Instant; reason: string };

export type DeadLetters = {
  /**
   * Shows the letters of one queue, each once, and carries each verdict out: replayed goes back to its queue, set aside
   * to the kept place, and only then out of here, so that a crash repeats a letter and loses none. Those that are left
   * stay where they are. Shows `most` letters at the most; answers whether there may be more.
   */
  visit(
    queue: DeadLetterQueue,
    most: number,
    decide: (letter: DeadLetter) => DeadLetterVerdict | Promise<DeadLetterVerdict>,
  ): Promise<{ more: boolean }>;
  /** What was set aside from one queue, oldest first, while the kept place keeps it. */
  listKept(queue: DeadLetterQueue): Promise<KeptLetter[]>;
};
