import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Refusals that end by themselves: somebody else writes, a withdrawal has not been noticed yet, an email is on its way,
 * what one saw has changed since, or the try before is taken to be under way still.
 */
const passing = [
  ...['enrollment.busy', 'enrollment.complete', 'delivery.under-way'],
  ...['condition.stale', 'enrollment.stale', 'credential.stale', 'delivery.stale'],
  'idempotency.running',
];
/** A person tries again for so long: on a busy machine a backlog of certificates takes its time. */
const patienceMs = 1_800_000;
const pauseMs = 250;

export type Answer = { outcome: string; code?: string };

/** How people deal with a world that fails them: they try again, under the same ids, until it is done. */
export type Insistence = {
  /**
   * Until it is done, or has been done already (`done`: the refusals that say so). Any other refusal means that the
   * history itself is wrong.
   *
   * @throws Error naming the deed and the refusal
   */
  insist(what: string, act: () => Promise<Answer>, done?: readonly string[]): Promise<void>;
  /** Until it no longer throws. */
  insistRaw(what: string, act: () => Promise<unknown>): Promise<void>;
  retries(): number;
};

export function insistence(): Insistence {
  let retries = 0;
  const insist: Insistence['insist'] = async (what, act, done = []) => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = await act().catch((error: unknown) => error as Error);
      const isFailure = answer instanceof Error;
      if (!isFailure && (answer.outcome !== 'refused' || done.includes(answer.code ?? ''))) return;
      const mayPass = isFailure || passing.includes(answer.code ?? '');
      if (!mayPass || Date.now() > deadline)
        throw new Error(`${what}: ${isFailure ? answer.message : (answer.code ?? 'refused')}`);
      retries += 1;
      await sleep(pauseMs);
    }
  };
  return {
    insist,
    insistRaw: (what, act) => insist(what, () => act().then(() => ({ outcome: 'done' }))),
    retries: () => retries,
  };
}
