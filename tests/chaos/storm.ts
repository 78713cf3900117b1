import { setTimeout as sleep } from 'node:timers/promises';
import { rngOf } from '../simulation/rng.ts';
import { type FaultWorld, faults, faultsInTurn } from './faults.ts';
import { type Apprentice, lapseDays } from './histories.ts';
import type { People } from './people.ts';

/** `times` that a fault was met by something, `idle` that nothing came by; `met`: calls, messages or processes. */
export type Struck = { kind: string; times: number; idle: number; met: number };
export type Storm = { struck: Struck[] };

type StormOptions = {
  apprentices: readonly Apprentice[];
  people: People;
  world: FaultWorld;
  seed: number;
  faults: number;
  sweeps: boolean;
  tell: (line: string) => void;
};

/** People at work at one time: more of them where there is more to do. */
const atOnce = (apprentices: number) => Math.max(10, Math.ceil(apprentices / 20));
const sweepEveryMs = 4_000;
/** The table's own clock ticks in seconds: nobody writes while the clock goes over a lapse. */
const hushMs = 1_500;

/** People do their deeds while faults hit, one after another at random moments, with the lapse between two halves. */
export async function storm(options: StormOptions): Promise<Storm> {
  const { apprentices, people, world, tell } = options;
  const struck = new Map<string, Struck>(faults.map(({ kind }) => [kind, { kind, times: 0, idle: 0, met: 0 }]));
  const progress = { done: 0, faults: 0, isOver: false };
  const say = () =>
    tell(`${progress.done}/${apprentices.length} apprentices through, ${progress.faults} faults struck`);

  const isEarly = ({ kind, deeds }: Apprentice, i: number) =>
    kind.startsWith('lapsed') || (i % 2 === 0 && !deeds.some((deed) => deed.do === 'after-lapse'));
  const early = apprentices.filter(isEarly);
  const late = apprentices.filter((each) => !early.includes(each));
  const works = work(people, options.seed, atOnce(apprentices.length), () => {
    progress.done += 1;
    say();
  });

  const striking = strike(world, options.faults, progress, struck, say);
  const sweeping = options.sweeps ? sweep(world, progress) : Promise.resolve();
  try {
    const begun = await works.begin(early);
    await sleep(hushMs);
    world.clock.forward(lapseDays * 86_400);
    await sleep(100);
    await works.begin([...begun, ...late.map((apprentice) => ({ apprentice, from: 0 }))]);
    await works.ended();
  } finally {
    progress.isOver = true;
    await Promise.all([striking, sweeping]);
  }
  struck.set('lapse', { kind: 'clock over a lapse', times: 1, idle: 0, met: 1 });
  return { struck: [...struck.values()] };
}

type Begun = { apprentice: Apprentice; from: number };

/** People at work: so many at once, and beside them all who wait for their certificate before they go on. */
function work(people: People, seed: number, workers: number, onDone: () => void) {
  const waiting: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const goOn = async ({ apprentice, from }: Begun, isWaiter = false): Promise<Begun | undefined> => {
    const rng = rngOf(seed + Number(apprentice.ref.enrollment.slice(-4)));
    if (from === 0) await people.enroll(apprentice);
    for (const [step, deed] of apprentice.deeds.entries()) {
      if (step < from) continue;
      if (deed.do === 'after-lapse') return { apprentice, from: step + 1 };
      if (deed.do === 'await-issue' && !isWaiter) {
        waiting.push(goOn({ apprentice, from: step }, true).catch((error: unknown) => failures.push(error)));
        return undefined;
      }
      await people.doDeed(apprentice, deed, step);
      await sleep(rng.between(0, 120));
    }
    onDone();
    return undefined;
  };
  return {
    /** Resolves when all have come to their end, to their certificate's wait, or to the lapse: those that have. */
    async begin(apprentices: readonly (Apprentice | Begun)[]): Promise<Begun[]> {
      const left = apprentices.map((each) => ('from' in each ? each : { apprentice: each, from: 0 }));
      const stopped: Begun[] = [];
      const worker = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          const rest = await goOn(next);
          if (rest) stopped.push(rest);
        }
      };
      await Promise.all(Array.from({ length: workers }, worker));
      return stopped;
    },
    async ended(): Promise<void> {
      await Promise.all(waiting);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function strike(
  world: FaultWorld,
  least: number,
  progress: { faults: number; isOver: boolean },
  struck: Map<string, Struck>,
  say: () => void,
): Promise<void> {
  const { rng } = world;
  const next = faultsInTurn(rng);
  let met = 1;
  while (!progress.isOver || progress.faults < least) {
    await sleep(rng.between(50, 500));
    const fault = next.next(met).value;
    met = await fault.strike(world);
    const counted = struck.get(fault.kind) ?? { kind: fault.kind, times: 0, idle: 0, met: 0 };
    const isIdle = met === 0;
    struck.set(fault.kind, {
      ...counted,
      times: counted.times + Number(!isIdle),
      idle: counted.idle + Number(isIdle),
      met: counted.met + met,
    });
    progress.faults += Number(!isIdle);
    say();
  }
}

/** The schedules, quicker than by their clock; one that fails comes again. */
async function sweep({ runtime }: FaultWorld, progress: { isOver: boolean }): Promise<void> {
  for (let turn = 0; !progress.isOver; turn++) {
    await sleep(sweepEveryMs);
    const task = turn % 3 === 2 ? 'recover' : 'due';
    await runtime.order('run-schedule', { task }).catch(() => undefined);
  }
}
