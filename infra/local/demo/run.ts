import { join } from 'node:path';
import { loadProgram } from '../../../functions/acts/load-program.ts';
import { certificateSealer } from '../../../functions/adapters/pdf/signing/sealer.ts';
import { type Connection, connect } from '../../../functions/cli/connect.ts';
import { processWorld } from '../../../functions/cli/world.ts';
import { repositoryRoot } from '../build.ts';
import { descriptionName } from '../data-folder.ts';
import { type Stack, startStack } from '../stack.ts';
import { findSurprises } from './check.ts';
import type { DemoOptions } from './options.ts';
import { type DemoProgram, demoApprentices, demoPrograms, readDemoProgram } from './program-files.ts';
import { type Screen, showProgress } from './progress.ts';
import { awaitOutcome, collect, collectRefused, type DemoResult, programResult } from './results.ts';
import { summarise } from './summary.ts';
import { beginWalk, type Walk, walkThrough } from './walk.ts';
import { watchWalks } from './watch.ts';

export interface DemoRun {
  result: DemoResult;
  surprises: string[];
  summary: string;
  stack: Stack;
}

/** One apprentice's record is written by one hand at a time; so many apprentices at one time keep the emulator busy. */
const walkersAtOnce = 6;
const patience = { baseMs: 90_000, perApprenticeMs: 4_000 };

/**
 * The demo itself, on a fresh stack: both programs loaded, their apprentices enrolled, all evidence handed in and assessed,
 * until every email has arrived. The stack is left up for the caller to stop.
 *
 * @param begun milliseconds since 1970
 */
export async function runDemo(
  options: DemoOptions,
  screen: Screen,
  begun: number,
  onStack: (stack: Stack) => void,
): Promise<DemoRun> {
  const progress = showProgress(screen);
  const seconds = () => (Date.now() - begun) / 1000;
  let last = 0;
  const done = (text: string) => {
    progress.done(text, seconds() - last);
    last = seconds();
  };
  const stack = await startStack({
    dataFolder: options.dataFolder,
    fresh: true,
    onProgress: (step) => {
      if (step === 'building') progress.begun('Synthesising the CDK app and bundling its functions …');
      else done('The CDK app: synthesised, read, nothing in it unknown');
    },
  });
  onStack(stack);
  const { dataFolder } = stack.describe();
  done('Stack up: table, queues, mail, documents, keys, functions');
  const connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  try {
    const demos = demoPrograms.map((id) => readDemoProgram(repositoryRoot, id));
    const walks = await begin(connection, demos, options.apprentices);
    done(`Two programs loaded, ${demos.length * options.apprentices} apprentices enrolled`);
    const papers = join(dataFolder, 'papers');
    const watches = demos.map((demo, i) => {
      progress.heading(`${demo.program.name}, ${demo.program.sponsor}`);
      return watchWalks(connection.ports, demo, walks[i] ?? [], progress);
    });
    await walkAll(
      connection,
      demos,
      walks,
      Date.now() + patience.baseMs + patience.perApprenticeMs * options.apprentices,
    );
    await Promise.all(watches.map((watch) => watch.stop()));
    await stack.drain();
    // Nothing is under way, and an event starts them again: their memory is the app's for now.
    await Promise.all(stack.plan.functions.map(({ name }) => stack.kill(name)));
    progress.stop();
    return await conclude({ connection, demos, walks, papers, options, stack, screen, seconds });
  } finally {
    progress.stop();
    connection.close();
  }
}

async function begin({ ports }: Connection, demos: readonly DemoProgram[], count: number): Promise<Walk[][]> {
  return Promise.all(
    demos.map(async (demo) => {
      const loaded = await loadProgram(ports, demo.files);
      if (loaded.outcome === 'refused') throw new Error(`${loaded.code}: ${loaded.message}`);
      return Promise.all(
        demoApprentices(repositoryRoot, demo.sample, count).map((apprentice) => beginWalk(ports, demo, apprentice)),
      );
    }),
  );
}

async function walkAll(
  { ports }: Connection,
  demos: readonly DemoProgram[],
  walks: readonly Walk[][],
  deadline: number,
): Promise<void> {
  // In turns, so that both programs move.
  const count = walks[0]?.length ?? 0;
  const waiting = Array.from({ length: count }, (_, i) =>
    demos.map((demo, j) => ({ demo, walk: walks[j]?.[i] })),
  ).flat();
  const walker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (next.walk) await walkThrough(ports, next.demo, next.walk);
    }
  };
  await Promise.all(Array.from({ length: walkersAtOnce }, walker));
  await Promise.all(walks.flat().map((walk) => awaitOutcome(ports, walk, deadline)));
}

interface Conclusion {
  connection: Connection;
  demos: readonly DemoProgram[];
  walks: readonly Walk[][];
  papers: string;
  options: DemoOptions;
  stack: Stack;
  screen: Screen;
  seconds(): number;
}

async function conclude({
  connection,
  demos,
  walks,
  papers,
  options,
  stack,
  screen,
  seconds,
}: Conclusion): Promise<DemoRun> {
  const { ports, documents, signer } = connection;
  const sealer = certificateSealer({ signer });
  const { inbox, dataFolder, endpoints } = stack.describe();
  const result: DemoResult = { programs: [], refused: [], seconds: 0 };
  const surprises: string[] = [];
  const names = new Map(walks.flat().map(({ ref, name }) => [ref.enrollment, name]));
  for (const [i, demo] of demos.entries()) {
    const outcomes = await Promise.all(
      (walks[i] ?? []).map((walk) => collect(ports, documents, sealer, papers, endpoints.http, walk)),
    );
    const refused = await collectRefused(ports, demo, walks[i] ?? []);
    result.programs.push(
      programResult(
        demo,
        outcomes.map((outcome) => outcome.result),
      ),
    );
    result.refused.push(...refused);
    surprises.push(...findSurprises(demo, outcomes, refused));
  }
  result.seconds = Math.round(seconds() * 10) / 10;
  const mailFolder = join(dataFolder, 'data/ses/mail');
  const summary = summarise(
    { result, demos, names, app: endpoints.http, inbox, mailFolder, papers, keep: options.keep, surprises },
    screen.colours,
  );
  return { result, surprises, summary, stack };
}
