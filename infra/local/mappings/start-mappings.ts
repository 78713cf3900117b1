import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalFunctions } from '../functions.ts';
import { LocalError } from '../local-error.ts';
import type { MovableClock } from '../movable-clock.ts';
import type { AwsJsonClient } from '../runtime/aws-json.ts';
import type { ServiceName } from '../services/process.ts';
import type { StackPlan } from '../template/plan.ts';
import { openCheckpoints } from './checkpoints.ts';
import { failureDestination } from './failure-destination.ts';
import { type Mapping, Stopped } from './mapping.ts';
import { startQueueMapping } from './queue-mapping.ts';
import { startStreamMapping } from './stream-mapping.ts';

export interface MappingParts {
  plan: StackPlan;
  dataFolder: string;
  endpoints: Record<ServiceName, string>;
  functions: LocalFunctions;
  clock: Pick<MovableClock, 'now' | 'at'>;
  /** Processes that one function may have at one time: a queue's batches in hand are no more. */
  concurrency: number;
  dynamodb: AwsJsonClient;
  sqs: AwsJsonClient;
  note(line: string): void;
}

const stopGraceMs = 5_000;

/** Starts every event source mapping of the template, each from where it stopped. */
export function startMappings(parts: MappingParts): Promise<Mapping[]> {
  const { plan, dataFolder, endpoints, functions, clock, concurrency, dynamodb, sqs, note } = parts;
  return Promise.all(
    plan.mappings.map(async (mapping) => {
      const local = functions.find(mapping.functionName);
      const world = { invoke: local.invoke, functionArn: local.plan.arn, concurrency, note };
      if (mapping.source === 'queue') return startQueueMapping(mapping, world, sqs);
      const checkpoints = openCheckpoints(join(dataFolder, 'checkpoints', `${mapping.id}.json`));
      const giveUp = failureDestination(mapping, endpoints, sqs, clock);
      return startStreamMapping({ plan: mapping, world, dynamodb, checkpoints, giveUp, clock });
    }),
  );
}

/** What is in a function's hands may end by itself; after a while the function is ended, and the event comes again at the next start. */
export async function stopFeeding(feeders: { stop(): Promise<void> }[], functions: LocalFunctions): Promise<void> {
  const harder = setTimeout(() => functions.stop(), stopGraceMs);
  await Promise.all(feeders.map((feeder) => feeder.stop()));
  clearTimeout(harder);
}

/** Two passes in a row without a single event: what a function sent on has been taken up by then. */
export async function drain(mappings: Mapping[], functions: LocalFunctions, timeoutSeconds: number): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const late = new LocalError(
    'not-quiet',
    `The stack still has work after ${timeoutSeconds} s. logs/runtime.log in its data folder says what.`,
  );
  for (let quietPasses = 0; quietPasses < 2; ) {
    const before = functions.invocations();
    const caughtUp = Promise.all(mappings.map((mapping) => mapping.caughtUp())).catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
    });
    const timer = new AbortController();
    const timeout = sleep(Math.max(0, deadline - Date.now()), 'late', { signal: timer.signal, ref: false }).catch(
      () => 'in time',
    );
    if ((await Promise.race([caughtUp, timeout])) === 'late') throw late;
    timer.abort();
    await sleep(100);
    const isQuiet = functions.invocations() === before && functions.inFlight() === 0;
    quietPasses = isQuiet ? quietPasses + 1 : 0;
  }
}
