import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { watchStandardOutput } from '../../functions/cli/standard-output.ts';
import { createCoverage } from './coverage.ts';
import { historyOf } from './history.ts';
import { mutations } from './mutations.ts';
import { describeMutations, describeReport, type MutationReport, type Report } from './report.ts';
import { runWorld } from './run-world.ts';
import { shrink, tell } from './shrinker.ts';

/** Every so many seeds, a history over a real program's hundred requirements. */
const realEvery = 250;
const breadthOf = (seed: number) => (seed % realEvery === 0 ? ('real' as const) : ('small' as const));
const maxMutationSeeds = 20_000;
/** From here on no possible fault may have been left untried. */
const coverageFromSeeds = 20_000;

/** Runs seeds until one breaks a promise; that one is shrunk. */
export async function simulate(from: number, seeds: number, onSeed: () => void = () => undefined): Promise<Report> {
  const coverage = createCoverage();
  const started = performance.now();
  const sums = { done: 0, issued: 0, turned: 0, duplicates: 0, resent: 0 };
  const [all, real] = [stopwatch(), stopwatch()];
  all.start();
  let failure: Report['failure'];
  for (let seed = from; seed < from + seeds && !failure; seed++) {
    const breadth = breadthOf(seed);
    if (breadth === 'real') real.start();
    const history = historyOf(seed, breadth);
    const result = await runWorld(history, { seen: coverage.seen });
    if (breadth === 'real') real.stop();
    sums.done++;
    sums.issued += Number(result.stats.issued > 0);
    sums.turned += Number(result.stats.superseded + result.stats.revoked > 0 || result.caughtMidIssue);
    sums.duplicates += result.stats.duplicates;
    sums.resent += result.stats.resent;
    onSeed();
    if (!result.failure) continue;
    const shrunk = await shrink(history, result.failure.judge);
    failure = {
      seed,
      ...result.failure,
      message: shrunk.message,
      acts: shrunk.history.acts.length,
      trace: await tell(shrunk),
    };
  }
  all.stop();
  const unlisted = coverage.unlisted();
  if (unlisted.length > 0) throw new Error(`calls that the coverage table does not know: ${unlisted.join(', ')}`);
  const seconds = (performance.now() - started) / 1000;
  return {
    seeds: sums.done,
    from,
    seconds,
    small: ratesOf(all, real, sums.done),
    reachedIssue: sums.issued / sums.done,
    turned: sums.turned / sums.done,
    duplicates: sums.duplicates,
    resent: sums.resent,
    coverage: coverage.rows(),
    world: coverage.world(),
    empty: coverage.empty(),
    ...(failure && { failure }),
  };
}

type Stopwatch = { start(): void; stop(): void; laps: number; wallMs: number; cpuMicroseconds: number };

function stopwatch(): Stopwatch {
  let [wall, cpu] = [0, process.cpuUsage()];
  return {
    laps: 0,
    wallMs: 0,
    cpuMicroseconds: 0,
    start(): void {
      wall = performance.now();
      cpu = process.cpuUsage();
    },
    stop(): void {
      const { user, system } = process.cpuUsage(cpu);
      this.wallMs += performance.now() - wall;
      this.cpuMicroseconds += user + system;
      this.laps++;
    },
  };
}

/**
 * The small histories alone, by the clock on the wall and by the processor's own: on a shared machine only the second
 * says what the code costs. Read around the few real ones, since reading these clocks costs as much as some histories.
 */
function ratesOf(all: Stopwatch, real: Stopwatch, seeds: number): Report['small'] {
  const histories = seeds - real.laps;
  return {
    histories,
    perSecond: (histories / (all.wallMs - real.wallMs)) * 1e3,
    perCpuSecond: (histories / (all.cpuMicroseconds - real.cpuMicroseconds)) * 1e6,
  };
}

/** Takes each rule away in turn: how many seeds until a judge notices? */
export async function runMutations(
  from: number,
  onSeed: () => void = () => undefined,
  only?: string,
): Promise<MutationReport[]> {
  const results: MutationReport[] = [];
  for (const mutate of mutations) {
    const { rule, how } = mutate();
    if (only !== undefined && !rule.includes(only)) continue;
    const started = performance.now();
    const result: MutationReport = { rule, how, caughtAfter: null, seconds: 0 };
    for (let tried = 1; tried <= maxMutationSeeds && result.caughtAfter === null; tried++) {
      const seed = from + tried - 1;
      const { failure } = await runWorld(historyOf(seed, 'small'), { mutation: mutate() });
      onSeed();
      if (failure) Object.assign(result, { caughtAfter: tried, seed, judge: failure.judge });
    }
    results.push({ ...result, seconds: (performance.now() - started) / 1000 });
  }
  return results;
}

function progressBar(total: number): { tick: () => void; stop: () => void } {
  if (!process.stderr.isTTY) return { tick: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '{bar} {value}/{total} seeds, {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { tick: () => bar.increment(), stop: () => bar.stop() };
}

const usage = `npm run simulate [-- OPTIONS]

  --seeds N       how many histories (default 1000)
  --seed FIRST    the first one; a seed gives the same history each time (default 1)
  --mutations     take away one rule at a time, and say after how many histories that is noticed
  --only NAME     of the mutations, those whose rule names it
  --json          the report as JSON`;

/** What the command line asks for; undefined, and said, where it is wrong. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        mutations: { type: 'boolean' },
        only: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [from, seeds] = [Number(values.seed), Number(values.seeds)];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(seeds) || seeds < 1)
      throw new Error('--seeds and --seed are whole numbers');
    return { ...values, from, seeds };
  } catch (error) {
    process.stderr.write(`simulate: ${(error as Error).message.split('\n')[0]}\n${usage}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

async function main(): Promise<void> {
  watchStandardOutput(1);
  const values = readOptions();
  if (!values) return;
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const { from, seeds } = values;
  Error.stackTraceLimit = 0;
  const write = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  if (values.mutations) {
    const bar = progressBar(mutations.length * maxMutationSeeds);
    const results = await runMutations(from, bar.tick, values.only);
    bar.stop();
    write(values.json ? JSON.stringify(results) : describeMutations(results));
    if (results.some((result) => result.caughtAfter === null)) process.exitCode = 1;
    return;
  }
  const bar = progressBar(seeds);
  const report = await simulate(from, seeds, bar.tick);
  bar.stop();
  write(values.json ? JSON.stringify(report) : describeReport(report));
  if (report.failure || (report.seeds >= coverageFromSeeds && report.empty.length > 0)) process.exitCode = 1;
}

if (import.meta.main) await main();
