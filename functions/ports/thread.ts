/** What came of one ask. */
export type Answered = {
  text: string;
  bytes: Uint8Array;
  /** Gives the memory of `bytes` back, which nobody may look at from then on: the next answers are written there. */
  free(): void;
};

/**
 * Another thread, which answers in the order in which it is asked. Texts and bytes go over whole: objects would be copied
 * piece by piece, which costs more than writing them as JSON.
 *
 * `ask` rejects with `thread.failed`, never retryable, where the work failed or the thread has ended.
 */
export type Thread = {
  ask(text: string): Promise<Answered>;
  /** Ends it, whatever it is about: what was asked and not answered rejects. */
  end(): void;
};
