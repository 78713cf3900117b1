import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../../infra/local/services/process.ts';
import type { SesFaults } from '../../infra/local/services/ses-faults.ts';
import type { Rng } from '../simulation/rng.ts';
import { type Fault, type FaultWorld, longestWaitMs, untilMet } from './fault.ts';
import type { WayFault } from './fault-proxy.ts';
import { apiKilled, exportKilled, functionKilled, runtimeKilled, serviceKilled } from './kills.ts';
import { refusedWrites, sesMet, setS3Faults, setSesFaults } from './service-faults.ts';

const services: ServiceName[] = ['dynamodb', 'sqs', 'ses', 's3', 'kms'];
/** Longer than a delivery's lease and any call's time limit. */
const leaseOverSeconds = 310;
/** An item waits for the batch before it, and for a function that was killed. */
const longestEvaluationMs = 15_000;

/** Of most faults: long enough to hit several calls, short enough that clients' own retries do not get used up at once. */
const lasts = (rng: Rng) => sleep(rng.between(300, 1_500));

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

/** The mail service misbehaves until something has met it, or for want of that not for long. */
const mail = (kind: string, what: 'sends' | 'events', make: (rng: Rng) => SesFaults): Fault => ({
  kind,
  weight: 1,
  async strike({ runtime, rng }) {
    await setSesFaults(runtime, make(rng));
    const met = async () => (await sesMet(runtime))[what];
    await untilMet(met);
    await lasts(rng);
    const count = await met();
    await setSesFaults(runtime, {});
    return count;
  },
});
const send = (mode: NonNullable<SesFaults['send']>['mode'], times: number): SesFaults => ({ send: { mode, times } });

export const faults: Fault[] = [
  functionKilled,
  apiKilled,
  exportKilled,
  serviceKilled,
  runtimeKilled,
  mail('mail throttled', 'sends', (rng) => send('throttle', rng.between(1, 6))),
  mail('mail rejected', 'sends', () => send('reject', 1)),
  mail('mail unavailable', 'sends', (rng) => send('unavailable', rng.between(1, 6))),
  mail('mail cut before', 'sends', (rng) => send('close-before', rng.between(1, 3))),
  mail('mail cut after', 'sends', (rng) => send('close-after', rng.between(1, 3))),
  mail('mail events late, twice', 'events', (rng) => ({ events: { delayMs: rng.between(500, 3_000), repeat: 2 } })),
  {
    kind: 'disk full',
    weight: 1,
    async strike({ runtime, rng }) {
      await setS3Faults(runtime, { disk: 'full' });
      await untilMet(() => refusedWrites(runtime));
      await lasts(rng);
      const met = await refusedWrites(runtime);
      await setS3Faults(runtime, {});
      return met;
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
      await setSesFaults(runtime, { events: { repeat: 10 } });
      const met = async () => ways.sqs.met() + (await sesMet(runtime)).events;
      await untilMet(met);
      await lasts(rng);
      const count = await met();
      ways.sqs.set(undefined);
      await setSesFaults(runtime, {});
      return count;
    },
  },
  {
    kind: 'poison in the shard',
    weight: 1,
    async strike({ poison }) {
      const { isSetAside } = await poison();
      return untilMet(async () => Number(await isSetAside()), longestEvaluationMs);
    },
  },
  {
    kind: 'clock over a lease',
    weight: 4,
    async strike({ runtime, clock, leases }) {
      await untilMet(leases, 2 * longestWaitMs);
      // Whoever is sending now is gone, and the lease that it held runs out at once.
      await runtime.order('kill', { piece: 'deliver' });
      const held = await leases();
      if (held > 0) clock.forward(leaseOverSeconds);
      return held;
    },
  },
];

/**
 * Shuffled decks, one after another: every kind comes, the heavy ones more often. Told that nothing met a fault, it
 * puts it into the next deck once more: in this one it would come again and again, while there is nothing to meet it.
 */
export function* faultsInTurn(rng: Rng): Generator<Fault, never, number> {
  let again: Fault[] = [];
  for (;;) {
    const deck = [...again, ...faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault))];
    again = [];
    while (deck.length > 0) {
      const [fault] = deck.splice(rng.int(deck.length), 1) as [Fault];
      const met = yield fault;
      if (met === 0) again = again.includes(fault) ? again : [...again, fault];
    }
  }
}

/** All misbehaviour ends, and everything that was down is up. */
export async function calm({ runtime, ways }: Pick<FaultWorld, 'runtime' | 'ways'>): Promise<void> {
  for (const way of Object.values(ways)) way.set(undefined);
  if (!runtime.isUp()) await runtime.launch();
  await setSesFaults(runtime, {});
  await setS3Faults(runtime, {});
}
