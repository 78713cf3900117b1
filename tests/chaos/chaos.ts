/*
 * npm run chaos: apprentices run through a real local stack while faults hit it at random moments; in the end every
 * promise of the design is judged.
 */
import { parseArgs } from 'node:util';
import { runCommand } from '../../infra/run-command.ts';
import { liveLine } from './live-line.ts';
import { describeChaos } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { type Sabotage, sabotages } from './sabotage.ts';

const help = `npm run chaos [-- OPTIONS]

  --apprentices N   how many run through (default 500; with --short 60)
  --faults N        how many faults strike at least (default 120; with --short 40)
  --seed N          the histories, and which faults strike in which order (default: by the clock)
  --short           the form for every change: two to three minutes
  --sabotage HOW    break one thing on purpose, to see that it is noticed:
                    ${sabotages.join(', ')}
  --keep            keep the data folder
  --json            the report as JSON
`;

/** @throws Error, in words for whoever typed it, where a flag is wrong. */
function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      apprentices: { type: 'string' },
      faults: { type: 'string' },
      seed: { type: 'string' },
      short: { type: 'boolean' },
      sabotage: { type: 'string' },
      keep: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const number = (name: 'apprentices' | 'faults' | 'seed', fallback: number, least = 0) => {
    const given = Number(values[name] ?? fallback);
    if (Number.isSafeInteger(given) && given >= least) return given;
    throw new Error(`--${name}: a whole number of ${least} or more, not "${values[name]}"`);
  };
  const sabotage = values.sabotage as Sabotage | undefined;
  if (sabotage !== undefined && !sabotages.includes(sabotage)) {
    throw new Error(`--sabotage: one of ${sabotages.join(', ')}`);
  }
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    run: {
      seed: number('seed', Math.floor(Date.now() / 1000) % 1_000_000),
      // Nobody to run through would be every promise kept.
      apprentices: number('apprentices', values.short ? 60 : 500, 1),
      faults: number('faults', values.short ? 40 : 120),
      sabotage,
      keep: values.keep ?? false,
    },
  };
}

await runCommand({
  name: 'chaos',
  help,
  readOptions,
  async run(options) {
    const live = liveLine('chaos');
    const report = await runChaos({ ...options.run, tell: live.tell }).finally(live.end);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : describeChaos(report));
    return report.broken.length === 0;
  },
});
