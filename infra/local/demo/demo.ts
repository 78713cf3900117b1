/*
 * npm run demo: the whole workflow on this machine, from nothing, in less than a minute. See options.ts for what it takes.
 */
import '../small-heap.ts';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { watchStandardOutput } from '../../../functions/cli/standard-output.ts';
import { LocalError } from '../local-error.ts';
import type { Stack } from '../stack.ts';
import { type DemoOptions, demoHelp, readDemoOptions } from './options.ts';
import type { Screen } from './progress.ts';

const begun = Date.now() - performance.now();
const exitCodes = { asExpected: 0, surprise: 1, usage: 2, interrupted: 130 };
const defaultFolder = join(import.meta.dirname, '../../../.local/demo');

async function main(): Promise<number> {
  watchStandardOutput(exitCodes.surprise);
  const options = readDemoOptions(process.argv.slice(2), defaultFolder);
  if (options === 'help') {
    process.stdout.write(demoHelp);
    return exitCodes.asExpected;
  }
  const screen = screenOf(options);
  screen.write('\n  Journeypaper: from evidence to certificate, on this machine alone\n\n');
  let stack: Stack | undefined;
  // Stopped while it shows its result, the demo has done what it was to do.
  let code = exitCodes.interrupted;
  const stopped = Promise.withResolvers<void>();
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true;
      stopped.resolve();
    });
  }
  const demonstrating = async () => {
    code = await demonstrate(options, screen, (started) => {
      stack = started;
    });
    if (options.keep) await stopped.promise;
  };
  try {
    await Promise.race([stopped.promise, demonstrating()]);
    return code;
  } finally {
    if (interrupted) screen.write('\n  Stopping …');
    await stack?.stop();
    if (interrupted) screen.write(' stopped. The data stays.\n');
  }
}

async function demonstrate(options: DemoOptions, screen: Screen, onStack: (stack: Stack) => void): Promise<number> {
  // Loading it takes half a second: the first words come before.
  const { runDemo } = await import('./run.ts');
  const { result, surprises, summary } = await runDemo(options, screen, begun, onStack);
  screen.write(summary);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return surprises.length === 0 ? exitCodes.asExpected : exitCodes.surprise;
}

/** With `--json` standard output belongs to the result: everything for people goes to standard error. */
function screenOf({ json }: DemoOptions): Screen {
  const stream = json ? process.stderr : process.stdout;
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    ...(isTerminal && { terminal: stream }),
    colours: isTerminal && !process.env.NO_COLOR,
  };
}

process.exitCode = await main().catch((error: unknown) => {
  const isExpected = error instanceof LocalError;
  process.stderr.write(
    `\n${isExpected ? error.message : `The demo failed: ${error instanceof Error ? error.stack : String(error)}`}\n`,
  );
  return isExpected && error.code === 'invalid-options' ? exitCodes.usage : exitCodes.surprise;
});
// What could not be written is told first.
await setImmediate();
// Whatever still holds the process open (a half-open connection) holds nothing that matters.
process.exit();
