import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { templateSchema } from '../../functions/domain/program.ts';
import { civilDateOf, instantOf } from '../../functions/domain/time.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { clockName } from '../../infra/local/data-folder.ts';
import { movableClock } from '../../infra/local/movable-clock.ts';
import type { ProgramSetting } from '../simulation/programs.ts';
import { rngOf } from '../simulation/rng.ts';
import { onInterruption } from '../support/interruption.ts';
import { smallFramework, timeZone } from '../support/small-world.ts';
import { type Aftermath, readAftermath } from './aftermath.ts';
import { bundleDesk } from './bundles.ts';
import { calm } from './faults.ts';
import { type Apprentice, chaosPrograms, historiesOf } from './histories.ts';
import { type Broken, type JudgeOptions, judge, type Verdict } from './judges.ts';
import { killedInHand } from './kills.ts';
import { peopleOf } from './people.ts';
import { writePoison } from './poison.ts';
import { comeToRest } from './rest.ts';
import { startRuntime } from './runtime.ts';
import { type Sabotage, sabotageStore } from './sabotage.ts';
import { type Storm, storm } from './storm.ts';
import { tableLooks } from './table-looks.ts';
import { startWays, stopWays } from './ways.ts';

export type ChaosOptions = {
  seed: number;
  apprentices: number;
  /** Faults at least; more come as long as people work. */
  faults: number;
  sabotage?: Sabotage | undefined;
  /** Keeps the data folder, for whoever looks for the reason. */
  keep?: boolean;
  tell?: (line: string) => void;
  /** Shown what the judges saw. */
  inspect?: (aftermath: Aftermath, judged: JudgeOptions) => void;
};

export type ChaosReport = {
  seed: number;
  /** As asked for: with the seed it makes the histories. */
  asked: number;
  askedFaults: number;
  apprentices: number;
  seconds: { storm: number; rest: number; all: number };
  faults: Storm['struck'];
  killedInMidEvent: number;
  clockDays: number;
  peopleRetries: number;
  /** Apprentices whose record is kept over HTTP, and answers that were kept for whoever asked again. */
  overHttp: { apprentices: number; replayed: number };
  endings: Record<string, number>;
  counts: Verdict['counts'];
  bundles: Verdict['bundles'];
  explainedDeadLetters: Record<string, number>;
  restRounds: number;
  broken: Broken[];
  dataFolder: string;
};

const programIds = ['harbor', 'pier', 'quay'];

/** Runs apprentices through a real stack while faults hit it, brings it to rest, and holds it to every promise. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, tell = () => undefined } = options;
  const begun = performance.now();
  const since = (start: number) => Math.round((performance.now() - start) / 100) / 10;
  const dataFolder = join(mkdtempSync(join(tmpdir(), 'journeypaper-chaos-')), 'stack');
  const broken = new AbortController();
  const over = onInterruption({
    name: 'chaos',
    folder: join(dataFolder, '..'),
    keep: options.keep ?? false,
    kill: () => broken.abort(),
  });
  const clock = movableClock(join(dataFolder, clockName));
  const ways = await startWays(rngOf(seed + 1));
  tell('starting a stack');
  const runtime = await startRuntime(
    {
      dataFolder,
      servicesApart: true,
      movableClock: true,
      schedules: false,
      processesPerFunction: 2,
      functionEndpoints: Object.fromEntries(Object.entries(ways).map(([name, { endpoint }]) => [name, endpoint])),
    },
    broken.signal,
  );
  const stack = runtime.description();
  for (const [name, way] of Object.entries(ways)) way.target = stack.endpoints[name as keyof typeof ways];
  const people = await peopleOf(stack, { dynamodb: ways.dynamodb.endpoint, sqs: ways.sqs.endpoint }, clock.now);
  const looks = tableLooks(stack, clock.now);
  const bundles = bundleDesk(programIds, people.askForBundle);
  const poisoned = new Set<string>();
  let isSound = false;
  try {
    for (const files of chaosPrograms) await people.insistRaw('load program', () => loadProgram(people.ports, files));
    const settings = new Map<string, ProgramSetting>();
    for (const id of programIds) settings.set(id, await settingOf(people.ports.store, id));
    const histories = historiesOf(seed, options.apprentices, civilDateOf(instantOf(clock.now()), timeZone));
    const waits = ({ deeds }: Apprentice) => deeds.some((deed) => deed.do === 'await-issue');
    // Without the sweep some certificates never come: nobody waits for one.
    const apprentices = histories.filter((each) => options.sabotage !== 'no-sweep' || !waits(each));
    const stormBegun = performance.now();
    const raged = await storm({
      apprentices,
      people,
      seed,
      faults: options.faults,
      sweeps: options.sabotage !== 'no-sweep',
      tell,
      world: {
        runtime,
        ways,
        clock,
        rng: rngOf(seed + 2),
        async poison() {
          const id = `poison-${poisoned.size + 1}`;
          poisoned.add(id);
          await people.insistRaw('poison', () => writePoison(stack, id, clock.now()));
          return { isSetAside: () => looks.isStraySetAside(`EVIDENCE#${id}`) };
        },
        leases: looks.leases,
        bundles,
      },
    });
    const stormSeconds = since(stormBegun);
    await calm({ runtime, ways });
    // Whatever became of those before: one that no fault can hit.
    await bundles.ask();
    const restBegun = performance.now();
    const restRounds = await comeToRest({ runtime, clock, sweeps: options.sabotage !== 'no-sweep', poisoned, tell });
    if (options.sabotage) await sabotageStore(options.sabotage, stack, apprentices);
    tell('judging');
    const aftermath = await readAftermath(stack, apprentices, clock.now(), bundles.asked);
    const judged = { apprentices, settings, poisoned, now: instantOf(clock.now()) };
    options.inspect?.(aftermath, judged);
    const verdict = await judge(aftermath, judged);
    isSound = verdict.broken.length === 0;
    return {
      seed,
      asked: options.apprentices,
      askedFaults: options.faults,
      apprentices: apprentices.length,
      seconds: { storm: stormSeconds, rest: since(restBegun), all: since(begun) },
      faults: raged.struck,
      killedInMidEvent: killedInHand(join(dataFolder, 'logs')),
      clockDays: Math.round((clock.now() - Date.now()) / 86_400_000),
      peopleRetries: people.retries(),
      overHttp: {
        apprentices: apprentices.filter(({ acts }) => acts === 'over HTTP').length,
        replayed: people.replayed(),
      },
      endings: countBy(apprentices.map(({ ending }) => ending)),
      counts: verdict.counts,
      bundles: verdict.bundles,
      explainedDeadLetters: countBy(aftermath.deadLetters.map(({ queue }) => queue)),
      restRounds,
      broken: verdict.broken,
      dataFolder,
    };
  } finally {
    people.close();
    looks.close();
    await runtime.stop();
    await stopWays(ways);
    // What broke, or never came to an end, is left for whoever looks for the reason.
    if (isSound && !options.keep) rmSync(join(dataFolder, '..'), { recursive: true, force: true });
    over();
  }
}

async function settingOf(store: RecordStore, id: string): Promise<ProgramSetting> {
  const stored = await store.readProgram(id);
  if (!stored) throw new Error(`program ${id} was not loaded`);
  const template = await store.readTemplate(id, stored.hashes.template);
  return { stored, framework: smallFramework, template: templateSchema.parse(template) };
}

const countBy = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
