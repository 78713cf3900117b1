import type { Instant } from '../domain/time.ts';

/** A key is its caller's own: nobody else's request can meet it. */
export type RequestKey = { program: string; actor: string; key: string };

export type KeptAnswer = { status: number; json: unknown; headers: Record<string, string> };

export type Claim =
  /**
   * Ours to carry out. `since` is when the key was first claimed, and stays what it was when a claim is taken over;
   * `isRerun`: somebody claimed it before and never said how it went, so that what it does may be done already.
   */
  | { outcome: 'claimed'; since: Instant; isRerun: boolean; until: Instant }
  /** Carried out before: this was the answer. */
  | { outcome: 'answered'; answer: KeptAnswer }
  /** Another request with this key is under way. */
  | { outcome: 'running' }
  /** The key was used for something else. */
  | { outcome: 'reused' };

/**
 * Remembers for a day what was asked under a key and how it was answered. A claim holds as long as a request may run;
 * whoever comes after that takes it over, so that a crash between an effect and its answer leaves no key stuck.
 */
export type Idempotency = {
  claim(of: RequestKey, requestHash: string): Promise<Claim>;
  /** Keeps the answer, unless somebody took the claim over meanwhile. */
  answer(of: RequestKey, claim: { until: Instant }, answer: KeptAnswer): Promise<void>;
  /** Gives the claim up at once. `undone`: nothing was done, so that the key is as good as new. */
  release(of: RequestKey, claim: { until: Instant }, options: { undone: boolean }): Promise<void>;
};
