import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { Rng } from './rng.ts';

/** What may go wrong around one call of a port. */
export const faultKinds = [
  /** The step dies; the call was never made. */
  'crash-before',
  /** The step dies; the call took effect. */
  'crash-after',
  /** The step dies with its request on the way, which takes effect seconds later. */
  'crash-late',
  /** The service refuses: nothing happened, and the step hears so. */
  'throttled',
  /** It happened, and the step hears an error. */
  'answer-lost',
  /** Another transaction held one of the items. */
  'conflict',
  /** Seconds pass before the call is made. */
  'slow-before',
  /** Seconds pass before its answer arrives. */
  'slow-after',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** How rough one world is: each fault's chance per call. */
export type FaultProfile = Record<FaultKind, number>;

/** Calls that change nothing: without an effect, losing an answer is being refused, and nothing can land late. */
const isRead = (call: string) => /\.(read|list|find|get|render|sign|seal|isSealOf|visit)/.test(call);
/** Transactions of more than one item, which alone can be cancelled by another. */
const isTransaction = (call: string) => /\.(commit|putAssessment|putWithdrawal|createEnrollment)$/.test(call);

/** Why a fault cannot befall a call; undefined where it can. */
export function impossibleBecause(call: string, kind: FaultKind): string | undefined {
  if (isRead(call) && (kind === 'crash-after' || kind === 'crash-late' || kind === 'answer-lost')) {
    return 'a read has no effect that could outlive its answer: the same as crash-before or throttled';
  }
  if (kind === 'conflict' && !isTransaction(call)) return 'one item, no transaction: a conflict shows as throttled';
  return undefined;
}

/** Made in one history out of fifty or fewer: a fault befalls them more often, so that each kind is tried all the same. */
const seldomCalled: ReadonlySet<string> = new Set([
  'act.store.readAllEvidence',
  'act.store.readTemplate',
  'act.store.readDelivery',
  'act.deadLetters.carryOut',
  'evaluate.store.readCredential',
  'evaluate.store.readDelivery',
  'evaluate.store.readAllEvidence',
  'deliver.queue.send',
  'sweep.store.listEnrollments',
]);
const seldomFactor = 4;

export type FaultSource = {
  /** Draws whether and what goes wrong now. */
  draw(call: string): FaultKind | undefined;
  /** Draws a fault of the world's own (a lost event, a second copy), under the same switch and the same count. */
  chance(what: string, probability: number): boolean;
  off(): void;
  isOff(): boolean;
  count(): number;
};

/** What a shrinker leaves out: faults by their ordinal, or all from one on. */
export type FaultLimits = { skip?: ReadonlySet<number>; most?: number };

export function faultSource(
  rng: Rng,
  profile: FaultProfile,
  limits: FaultLimits,
  seen: (call: string, what: string) => void,
): FaultSource {
  let drawn = 0;
  let isOn = true;
  const total = faultKinds.reduce((sum, kind) => sum + profile[kind], 0);
  const allow = () => {
    drawn++;
    return !limits.skip?.has(drawn) && drawn <= (limits.most ?? Number.POSITIVE_INFINITY);
  };
  return {
    draw(call) {
      if (!isOn) return undefined;
      let roll = rng.next();
      // Most are out of every call's reach.
      if (roll >= total * seldomFactor) return undefined;
      if (seldomCalled.has(call)) roll /= seldomFactor;
      if (roll >= total) return undefined;
      for (const kind of faultKinds) {
        roll -= profile[kind];
        if (roll >= 0) continue;
        if (impossibleBecause(call, kind) || !allow()) return undefined;
        seen(call, kind);
        return kind;
      }
      return undefined;
    },
    chance(what, probability) {
      if (!isOn || !rng.chance(probability) || !allow()) return false;
      seen('world', what);
      return true;
    },
    off: () => {
      isOn = false;
    },
    isOff: () => !isOn,
    count: () => drawn,
  };
}

/** One world in five is calm, so that the scheduler alone is to blame; the rest range from gentle to wild. */
export function randomProfile(rng: Rng): FaultProfile {
  const intensity = rng.pick([0, 0.01, 0.02, 0.04, 0.08]);
  const weights = faultKinds.map(() => rng.next() ** 2);
  const sum = weights.reduce((a, b) => a + b, 0);
  return Object.fromEntries(
    faultKinds.map((kind, i) => [kind, (intensity * (weights[i] as number) * 3) / sum]),
  ) as FaultProfile;
}

export const isInjected = (error: unknown) => error instanceof AdapterError && error.code.startsWith('simulated.');

export function injected(what: string): AdapterError {
  return new AdapterError(`simulated.${what}`, `simulated: ${what}`, { retryable: true });
}

/** Mostly a few seconds; now and then longer than a function may run. */
export function slowMs(rng: Rng): number {
  return rng.chance(0.15) ? rng.between(20_000, 90_000) : rng.between(200, 8_000);
}
