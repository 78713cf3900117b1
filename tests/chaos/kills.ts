import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../../infra/local/services/process.ts';
import { type Fault, type FaultWorld, longestWaitMs, untilMet } from './fault.ts';

const steps = ['evaluate', 'issue', 'deliver', 'feedback', 'sweep'] as const;
const exporting = 'export';
const api = 'api';
const services: ServiceName[] = ['dynamodb', 'sqs', 'ses', 's3', 'kms'];
/** Between two tries at a function that had nothing in hand: enough for it to come up again. */
const againMs = 300;
/** Into a sweep that was asked for. */
const intoSweepMs = 60;
/** From asking for a bundle to its being made: its function may have to start first. */
const longestToBundleMs = 8_000;

/** One of them killed until it had something in hand, or nothing came by; met by these events or requests. */
const killed = (kind: string, weight: number, pieces: readonly string[]): Fault => ({
  kind,
  weight,
  async strike({ runtime, rng }) {
    const piece = rng.pick(pieces);
    const logs = join(runtime.description().dataFolder, 'logs');
    const before = killedInHand(logs, [piece]);
    const deadline = Date.now() + longestWaitMs;
    for (;;) {
      // Its schedule comes by seldom: it is asked for.
      const asked =
        piece === 'sweep' ? runtime.order('run-schedule', { task: 'due' }).catch(() => undefined) : undefined;
      if (asked) await sleep(intoSweepMs);
      await runtime.order('kill', { piece });
      await asked;
      const met = killedInHand(logs, [piece]) - before;
      if (met > 0 || Date.now() > deadline) return met;
      await sleep(againMs);
    }
  },
});

export const functionKilled = killed('function killed', 6, steps);
export const apiKilled = killed('api killed', 3, [api]);

/** The audit's own function: killed while it makes a bundle that was asked for; met by the bundles in its hands. */
export const exportKilled: Fault = {
  kind: 'export killed',
  weight: 1,
  async strike({ runtime, rng, bundles }) {
    const logs = join(runtime.description().dataFolder, 'logs');
    const before = killedInHand(logs, [exporting]);
    await bundles.ask();
    const deadline = Date.now() + longestToBundleMs;
    for (;;) {
      await sleep(rng.between(againMs, 3 * againMs));
      await runtime.order('kill', { piece: exporting });
      const met = killedInHand(logs, [exporting]) - before;
      if (met > 0 || Date.now() > deadline) return met;
    }
  },
};

/** Down for a moment, and until somebody has called it; met by the calls that found it gone. */
export const serviceKilled: Fault = {
  kind: 'service killed',
  weight: 4,
  async strike({ runtime, ways, rng }) {
    const piece = rng.pick(services);
    const before = ways[piece].lost();
    await runtime.order('kill', { piece });
    await sleep(rng.between(50, 1_500));
    const met = await untilMet(() => ways[piece].lost() - before);
    await runtime.order('restore', { piece });
    return met;
  },
};

/** Everything is gone at once; met by the calls that found any service gone. */
export const runtimeKilled: Fault = {
  kind: 'runtime killed',
  weight: 1,
  async strike({ runtime, ways, rng }) {
    const before = lostAltogether(ways);
    await runtime.kill();
    await sleep(rng.between(50, 500));
    const met = await untilMet(() => lostAltogether(ways) - before);
    await runtime.launch();
    return met;
  },
};

const lostAltogether = (ways: FaultWorld['ways']) => Object.values(ways).reduce((sum, way) => sum + way.lost(), 0);

/** Events and requests that were in a function's hands when it was killed, as their logs tell. */
export function killedInHand(logs: string, of: readonly string[] = [...steps, exporting, api]): number {
  const there = of.map((step) => join(logs, `${step}.log`)).filter((file) => statSync(file, { throwIfNoEntry: false }));
  return there.reduce(
    (sum, file) => sum + (readFileSync(file, 'utf8').match(/Runtime exited: SIGKILL/g)?.length ?? 0),
    0,
  );
}
