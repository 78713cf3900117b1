import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from '../../infra/local/movable-clock.ts';
import type { Runtime } from './runtime.ts';

type RestOptions = {
  runtime: Runtime;
  clock: MovableClock;
  sweeps: boolean;
  poisoned: ReadonlySet<string>;
  tell: (line: string) => void;
};

/** Longer than any lease, visibility timeout and pause between two drives. */
const roundSeconds = 3_700;
const mostRounds = 16;
/** After so many rounds in a row without a call the world is at rest. */
const quietRounds = 2;
const quietMs = 1_500;

/**
 * Without faults, hour by hour of the stack's own time: what waits for a timeout, a hold or the sweep comes to its end.
 * Resolves to the rounds that it took; what is still under way after the last is for the judges.
 */
export async function comeToRest({ runtime, clock, sweeps, tell }: RestOptions): Promise<number> {
  const invocations = join(runtime.description().dataFolder, 'logs/runtime.log');
  let quiet = 0;
  for (let round = 1; round <= mostRounds; round++) {
    tell(`at rest: hour ${round}`);
    await settle(runtime);
    clock.forward(roundSeconds);
    const before = statSync(invocations).size;
    // The emulator of the queues looks at its clock when it is asked, twenty milliseconds apart.
    await sleep(300);
    await settle(runtime);
    const isQuiet = statSync(invocations).size === before;
    if (sweeps) {
      const due = (await sweepOnce(runtime, 'due')) as { redriven?: number };
      const recover = (await sweepOnce(runtime, 'recover')) as { recovered?: number; exports?: number };
      if (isQuiet && !due.redriven && !recover.recovered && !recover.exports) quiet += 1;
      else quiet = 0;
    } else quiet += Number(isQuiet);
    if (quiet >= quietRounds) return round;
  }
  return mostRounds;
}

async function sweepOnce(runtime: Runtime, task: string): Promise<unknown> {
  const result = (await runtime.order('run-schedule', { task })) as { outcome: string; payload?: string };
  return result.outcome === 'returned' ? JSON.parse(result.payload ?? '{}') : { redriven: 1 };
}

/** Until no function has been called for a while: a message that nobody may see yet does not count. */
async function settle(runtime: Runtime): Promise<void> {
  const log = join(runtime.description().dataFolder, 'logs/runtime.log');
  for (let last = -1; ; ) {
    const size = statSync(log).size;
    if (size === last && (await visible(runtime)) === 0) return;
    last = size;
    await sleep(quietMs);
  }
}

/** Messages that a function could take now. */
async function visible(runtime: Runtime): Promise<number> {
  const { endpoints, queueUrls } = runtime.description();
  const names = Object.entries(queueUrls).filter(([name]) => !name.endsWith('DeadLetters'));
  const waiting = await Promise.all(
    names.map(async ([, url]) => {
      const answer = await fetch(`${endpoints.sqs}/_fauxqs/queues/${url.split('/').at(-1)}`);
      return ((await answer.json()) as { messages: { ready: unknown[] } }).messages.ready.length;
    }),
  );
  return waiting.reduce((sum, count) => sum + count, 0);
}
