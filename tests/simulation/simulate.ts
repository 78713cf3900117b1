import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
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
  const sums = { done: 0, issued: 0, turned: 0, duplicates: 0 };
  const small = stopwatch();
  let failure: Report['failure'];
  for (let seed = from; seed < from + seeds && !failure; seed++) {
    const breadth = breadthOf(seed);
    if (breadth === 'small') small.start();
    const history = historyOf(seed, breadth);
    const result = await runWorld(history, { seen: coverage.seen });
    if (breadth === 'small') small.stop();
    sums.done++;
    sums.issued += Number(result.stats.issued > 0);
    sums.turned += Number(result.stats.superseded + result.stats.revoked > 0 || result.caughtMidIssue);
    sums.duplicates += result.stats.duplicates;
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
  const unlisted = coverage.unlisted();
  if (unlisted.length > 0) throw new Error(`calls that the coverage table does not know: ${unlisted.join(', ')}`);
  const seconds = (performance.now() - started) / 1000;
  return {
    seeds: sums.done,
    from,
    seconds,
    small: small.rates(),
    reachedIssue: sums.issued / sums.done,
    turned: sums.turned / sums.done,
    duplicates: sums.duplicates,
    coverage: coverage.rows(),
    world: coverage.world(),
    empty: coverage.empty(),
    ...(failure && { failure }),
  };
}

/** By the clock on the wall, and by the processor's own: on a shared machine only the second says what the code costs. */
function stopwatch() {
  let [wallMs, cpuMicroseconds, laps, wall, cpu] = [0, 0, 0, 0, process.cpuUsage()];
  return {
    start(): void {
      wall = performance.now();
      cpu = process.cpuUsage();
    },
    stop(): void {
      const { user, system } = process.cpuUsage(cpu);
      wallMs += performance.now() - wall;
      cpuMicroseconds += user + system;
      laps++;
    },
    rates: () => ({ histories: laps, perSecond: (laps / wallMs) * 1e3, perCpuSecond: (laps / cpuMicroseconds) * 1e6 }),
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      mutations: { type: 'boolean' },
      only: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  Error.stackTraceLimit = 0;
  const from = Number(values.seed);
  const seeds = Number(values.seeds);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(seeds) || seeds < 1)
    throw new Error('--seeds and --seed are whole numbers');
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
