import type { InvocationResult } from '../runtime/environment.ts';

/** A running event source mapping. */
export interface Mapping {
  id: string;
  /** Resolves once everything that was in its source when this was called has been handled; rejects when stopped. */
  caughtUp(): Promise<void>;
  /** Takes nothing new, and waits for what is in the function's hands. */
  stop(): Promise<void>;
}

export interface MappingWorld {
  /** Gives an event to the mapping's function. */
  invoke(event: string): Promise<InvocationResult>;
  functionArn: string;
  /** Processes that the function may have at one time. */
  concurrency: number;
  /** One line into the runtime's log: ids and codes only. */
  note(line: string): void;
}

/** Lambda gives a function at most 6 MB. */
export const maxEventBytes = 6 * 1024 * 1024;

/** Thrown inside a mapping that is being stopped: what it had in hand is taken up again at the next start. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
