import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from '../../infra/local/movable-clock.ts';
import type { ServiceName } from '../../infra/local/services/process.ts';
import type { Rng } from '../simulation/rng.ts';
import type { BundleDesk } from './bundles.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { Runtime } from './runtime.ts';

/** What a fault may lay hands on. */
export type FaultWorld = {
  runtime: Runtime;
  ways: Record<ServiceName, FaultProxy>;
  clock: MovableClock;
  rng: Rng;
  /** Writes an item at the head of the shard that nobody can evaluate; says later whether evaluate has set it aside. */
  poison(): Promise<{ isSetAside(): Promise<boolean> }>;
  bundles: BundleDesk;
  /** Emails whose sender holds a lease at this moment. */
  leases(): Promise<number>;
};

/**
 * One kind of fault. `strike` begins it, lets it last, and ends it; the number says how many calls, messages, items or
 * leases met it: nought where it struck at nothing.
 */
export type Fault = { kind: string; weight: number; strike(world: FaultWorld): Promise<number> };

/** For a fault to be met at all, it waits for work to come by. */
export const longestWaitMs = 2_500;
const lookEveryMs = 50;

/** Waits until something has met a fault, or nothing has for long enough; how many have. */
export async function untilMet(met: () => number | Promise<number>, longestMs = longestWaitMs): Promise<number> {
  const deadline = Date.now() + longestMs;
  for (;;) {
    const count = await met();
    if (count > 0 || Date.now() > deadline) return count;
    await sleep(lookEveryMs);
  }
}
