/*
 * npm run chaos: apprentices run through a real local stack while faults hit it at random moments; in the end every
 * promise of the design is judged.
 */
import { parseArgs } from 'node:util';
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

async function main(): Promise<void> {
  const { values } = parseArgs({
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
  if (values.help) return void process.stdout.write(help);
  const number = (name: 'apprentices' | 'faults' | 'seed', fallback: number) => {
    const given = Number(values[name] ?? fallback);
    if (!Number.isSafeInteger(given) || given < 0) throw new Error(`--${name}: a whole number, not "${values[name]}"`);
    return given;
  };
  const sabotage = values.sabotage as Sabotage | undefined;
  if (sabotage !== undefined && !sabotages.includes(sabotage)) {
    throw new Error(`--sabotage: one of ${sabotages.join(', ')}`);
  }
  const live = liveLine('chaos');
  const report = await runChaos({
    seed: number('seed', Math.floor(Date.now() / 1000) % 1_000_000),
    apprentices: number('apprentices', values.short ? 60 : 500),
    faults: number('faults', values.short ? 40 : 120),
    sabotage,
    keep: values.keep ?? false,
    tell: live.tell,
  }).finally(live.end);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : describeChaos(report));
  if (report.broken.length > 0) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
