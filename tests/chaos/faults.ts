import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from '../../infra/local/movable-clock.ts';
import type { ServiceName } from '../../infra/local/services/process.ts';
import type { SesFaults } from '../../infra/local/services/ses-faults.ts';
import type { Rng } from '../simulation/rng.ts';
import type { FaultProxy, WayFault } from './fault-proxy.ts';
import type { Runtime } from './runtime.ts';

/** What a fault may lay hands on. */
export type FaultWorld = {
  runtime: Runtime;
  ways: Record<ServiceName, FaultProxy>;
  clock: MovableClock;
  rng: Rng;
  /** Writes an item at the head of the shard that nobody can evaluate. */
  poison(): Promise<void>;
};

/** One kind of fault. `strike` begins it, lets it last, and ends it; the number says how many calls or processes met it. */
export type Fault = { kind: string; weight: number; strike(world: FaultWorld): Promise<number> };

const services: ServiceName[] = ['dynamodb', 'sqs', 'ses', 's3', 'kms'];
const steps = ['evaluate', 'issue', 'deliver', 'feedback', 'sweep'];
/** Longer than a delivery's lease and any call's time limit. */
const leaseOverSeconds = 310;

/** Of most faults: long enough to hit several calls, short enough that clients' own retries do not get used up at once. */
const lasts = (rng: Rng) => sleep(rng.between(300, 1_500));
/** For a fault to be met at all, it waits for work to come by. */
const longestWaitMs = 2_500;

async function untilMet(met: () => number | Promise<number>): Promise<void> {
  const deadline = Date.now() + longestWaitMs;
  while ((await met()) === 0 && Date.now() < deadline) await sleep(50);
}

/** The table and the queues have most of the traffic. */
const busy: ServiceName[] = [...services, 'dynamodb', 'dynamodb', 'sqs'];

function onTheWay(kind: string, weight: number, chance: number, make: (rng: Rng) => WayFault, of = busy): Fault {
  return {
    kind,
    weight,
    async strike({ ways, rng }) {
      const way = ways[rng.pick(of)];
      way.set(make(rng), chance);
      await untilMet(way.met);
      await lasts(rng);
      const met = way.met();
      way.set(undefined);
      return met;
    },
  };
}

/** Refuses so many emails, and ends when it has or when none come by. */
const mail = (kind: string, make: (rng: Rng) => NonNullable<SesFaults['send']> & { times: number }): Fault => ({
  kind,
  weight: 1,
  async strike({ runtime, rng }) {
    const send = make(rng);
    await postFaults(runtime, 'ses', { send });
    const met = async () => send.times - ((await readSesFaults(runtime)).send?.times ?? 0);
    await untilMet(met);
    await lasts(rng);
    const count = await met();
    await postFaults(runtime, 'ses', {});
    return count;
  },
});

export const faults: Fault[] = [
  {
    kind: 'function killed',
    weight: 6,
    async strike({ runtime, rng }) {
      await runtime.order('kill', { piece: rng.pick(steps) });
      return 1;
    },
  },
  {
    kind: 'service killed',
    weight: 4,
    async strike({ runtime, rng }) {
      const piece = rng.pick(services);
      await runtime.order('kill', { piece });
      await sleep(rng.between(50, 1_500));
      await runtime.order('restore', { piece });
      return 1;
    },
  },
  {
    kind: 'runtime killed',
    weight: 1,
    async strike({ runtime, rng }) {
      await runtime.kill();
      await sleep(rng.between(50, 500));
      await runtime.launch();
      return 1;
    },
  },
  mail('mail throttled', (rng) => ({ mode: 'throttle', times: rng.between(1, 6) })),
  mail('mail rejected', () => ({ mode: 'reject', times: 1 })),
  mail('mail unavailable', (rng) => ({ mode: 'unavailable', times: rng.between(1, 6) })),
  mail('mail cut before', (rng) => ({ mode: 'close-before', times: rng.between(1, 3) })),
  mail('mail cut after', (rng) => ({ mode: 'close-after', times: rng.between(1, 3) })),
  {
    kind: 'mail events late, twice',
    weight: 1,
    async strike({ runtime, rng }) {
      await postFaults(runtime, 'ses', { events: { delayMs: rng.between(500, 3_000), repeat: 2 } });
      await lasts(rng);
      await postFaults(runtime, 'ses', {});
      return 1;
    },
  },
  {
    kind: 'disk full',
    weight: 1,
    async strike({ runtime, rng }) {
      await postFaults(runtime, 's3', { disk: 'full' });
      await lasts(rng);
      await postFaults(runtime, 's3', {});
      return 1;
    },
  },
  onTheWay('slow calls', 2, 0.6, (rng) => ({ kind: 'slow', ms: rng.between(100, 800) })),
  onTheWay('hung before', 1, 0.2, () => ({ kind: 'hang-before', ms: 7_000 })),
  onTheWay('hung after', 1, 0.2, () => ({ kind: 'hang-after', ms: 7_000 })),
  onTheWay('cut before', 2, 0.3, () => ({ kind: 'cut-before' })),
  onTheWay('cut after', 3, 0.3, () => ({ kind: 'cut-after' })),
  onTheWay('refused: too much', 2, 0.5, () => ({ kind: 'refused' })),
  {
    kind: 'ten copies of all',
    weight: 2,
    async strike({ runtime, ways, rng }) {
      ways.sqs.set({ kind: 'copies', times: 10 });
      await postFaults(runtime, 'ses', { events: { repeat: 10 } });
      await untilMet(ways.sqs.met);
      await lasts(rng);
      const met = ways.sqs.met();
      ways.sqs.set(undefined);
      await postFaults(runtime, 'ses', {});
      return met;
    },
  },
  {
    kind: 'poison in the shard',
    weight: 1,
    async strike({ poison }) {
      await poison();
      return 1;
    },
  },
  {
    kind: 'clock over a lease',
    weight: 4,
    async strike({ runtime, clock }) {
      // Whoever is sending now is gone, and the lease that it held runs out at once.
      await runtime.order('kill', { piece: 'deliver' });
      clock.forward(leaseOverSeconds);
      return 1;
    },
  },
];

/**
 * Shuffled decks, one after another: every kind comes, the heavy ones more often. Told that nothing met a fault, it
 * puts it back into the deck.
 */
export function* faultsInTurn(rng: Rng): Generator<Fault, never, number> {
  for (;;) {
    const deck = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
    while (deck.length > 0) {
      const [fault] = deck.splice(rng.int(deck.length), 1) as [Fault];
      const met = yield fault;
      if (met === 0) deck.push(fault);
    }
  }
}

/** All misbehaviour ends, and everything that was down is up. */
export async function calm({ runtime, ways }: Pick<FaultWorld, 'runtime' | 'ways'>): Promise<void> {
  for (const way of Object.values(ways)) way.set(undefined);
  if (!runtime.isUp()) await runtime.launch();
  await postFaults(runtime, 'ses', {});
  await postFaults(runtime, 's3', {});
}

async function postFaults(runtime: Runtime, service: 'ses' | 's3', faultsToSet: object): Promise<void> {
  const { endpoints } = runtime.description();
  const answer = await fetch(`${endpoints[service]}/${service === 's3' ? '_faults' : 'faults'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faultsToSet),
  });
  if (!answer.ok) throw new Error(`${service} does not take faults: ${await answer.text()}`);
}

async function readSesFaults(runtime: Runtime): Promise<SesFaults> {
  return (await (await fetch(`${runtime.description().endpoints.ses}/faults`)).json()) as SesFaults;
}
