import { setTimeout as sleep } from 'node:timers/promises';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { rngOf } from '../simulation/rng.ts';
import type { FaultWorld } from './fault.ts';
import { faults, faultsInTurn } from './faults.ts';
import { type Apprentice, lapseDays } from './histories.ts';
import type { People } from './people.ts';

/** `times` that a fault was met by something, `idle` that nothing came by; `met`: calls, messages, items or leases. */
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
/** Once people are through, what is left of the faults strikes at looks that somebody asks for, so often. */
const stirEveryMs = 150;
const reissueEvery = 4;
/** When nothing met so many, what there was to hit is used up. */
const mostIdleInARow = 25;
/**
 * Nobody writes while the clock goes over a lapse: the table's own ticks in seconds, and an answer that somebody waits
 * for is kept for a day.
 */
const hushMs = 1_500;

/** People do their deeds while faults hit, one after another at random moments, with the lapse between two halves. */
export async function storm(options: StormOptions): Promise<Storm> {
  const { apprentices, people, world, tell } = options;
  const struck = new Map<string, Struck>(faults.map(({ kind }) => [kind, { kind, times: 0, idle: 0, met: 0 }]));
  const progress: Progress = { done: 0, faults: 0, isOver: false, isCalm: false };
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
  const stirring = stir(options, progress);
  let lapsing = 0;
  try {
    const begun = await works.begin(early);
    const goOn = await works.hush();
    await sleep(hushMs);
    // Certificates that had been handed in: those that now have a date of the past.
    lapsing = early.filter(({ kind }) => kind.startsWith('lapsed')).length;
    world.clock.forward(lapseDays * 86_400);
    await sleep(100);
    goOn();
    await works.begin([...begun, ...late.map((apprentice) => ({ apprentice, from: 0 }))]);
    await works.ended();
  } finally {
    progress.isOver = true;
    await striking.finally(() => {
      progress.isCalm = true;
    });
    await Promise.all([sweeping, stirring]);
  }
  struck.set('lapse', { kind: 'clock over a lapse', times: Number(lapsing > 0), idle: 0, met: lapsing });
  return { struck: [...struck.values()] };
}

/** `isOver`: everybody is through; `isCalm`: no fault strikes any more. */
type Progress = { done: number; faults: number; isOver: boolean; isCalm: boolean };
type Begun = { apprentice: Apprentice; from: number };

/** People at work: so many at once, and beside them all who wait for their certificate before they go on. */
function work(people: People, seed: number, workers: number, onDone: () => void) {
  const waiting: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const doing = new Set<Promise<unknown>>();
  let mayGoOn: Promise<void> = Promise.resolve();
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
      await mayGoOn;
      const deedDone = people.doDeed(apprentice, deed, step);
      // Whoever waits for a certificate only looks.
      if (deed.do !== 'await-issue') doing.add(deedDone);
      await deedDone.finally(() => doing.delete(deedDone));
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
    /** Resolves when nobody has a deed in hand; none is begun before the answer is called. */
    async hush(): Promise<() => void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      mayGoOn = promise;
      await Promise.allSettled(doing);
      return resolve;
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
  progress: Progress,
  struck: Map<string, Struck>,
  say: () => void,
): Promise<void> {
  const { rng } = world;
  const next = faultsInTurn(rng);
  let met = 1;
  let idleInARow = 0;
  while (!progress.isOver || (progress.faults < least && idleInARow < mostIdleInARow)) {
    await sleep(rng.between(50, 500));
    const fault = next.next(met).value;
    met = await fault.strike(world);
    const counted = struck.get(fault.kind) ?? { kind: fault.kind, times: 0, idle: 0, met: 0 };
    const isIdle = met === 0;
    idleInARow = isIdle && progress.isOver ? idleInARow + 1 : 0;
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
async function sweep({ runtime }: FaultWorld, progress: Progress): Promise<void> {
  for (let turn = 0; !progress.isCalm; turn++) {
    await sleep(sweepEveryMs);
    const task = turn % 3 === 2 ? 'recover' : 'due';
    await runtime.order('run-schedule', { task }).catch(() => undefined);
  }
}

/**
 * Work that the last faults can hit when people are through: evaluations and looks that change nothing, and certificates
 * issued anew to those whose history ends with one in force. Asked for once each: what a fault takes from it is nobody's loss.
 */
async function stir({ apprentices, people, seed }: StormOptions, progress: Progress): Promise<void> {
  const rng = rngOf(seed + 3);
  const holders = apprentices.filter(({ kind, ref }) => kind === 'plain' && ref.program !== 'quay');
  for (let turn = 0; !progress.isCalm; turn++) {
    await sleep(stirEveryMs);
    if (!progress.isOver || holders.length === 0) continue;
    const holder = rng.pick(holders);
    await Promise.all([
      stirOnce(people, holder, turn % reissueEvery === 0).catch(() => undefined),
      people.look(holder).catch(() => undefined),
    ]);
  }
}

async function stirOnce({ ports }: People, { ref, apprentice }: Apprentice, isReissue: boolean): Promise<unknown> {
  if (isReissue) {
    const input = { achievement: 'completion' as const, name: apprentice.name };
    return reissueCredential(ports, { id: 'administrator', role: 'administrator' }, ref, input);
  }
  return ports.queue.send({
    type: 'evaluation-requested',
    version: 1,
    ...ref,
    changes: [],
    whole: true,
    reason: 'chaos',
  });
}
