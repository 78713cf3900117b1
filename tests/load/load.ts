/*
 * npm run load: a surge of completions, one enrollment that everybody writes to, and a mail service that is down for
 * two hours, each on a real local stack of its own.
 */
import { parseArgs } from 'node:util';
import { runCommand } from '../../infra/run-command.ts';
import { liveLine } from '../chaos/live-line.ts';
import { hammer } from './hammer.ts';
import { outage } from './outage.ts';
import { describeLoad, faultsOf, type LoadReport } from './report.ts';
import { surge } from './surge.ts';

const parts = ['surge', 'hammer', 'outage'] as const;

const help = `npm run load [-- OPTIONS]

  --apprentices N   how many complete at once (default 10000)
  --mail-rate N     emails a second that the account takes (default 14)
  --writes N        how many writes one enrollment gets, all begun at the same moment on a
                    connection each: half new evidence, half verdicts and withdrawals of
                    evidence handed in before (default 1000)
  --only PART       ${parts.join(', ')}
  --json            the figures as JSON
`;

/** @throws Error, in words for whoever typed it, where a flag is wrong. */
function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      apprentices: { type: 'string', default: '10000' },
      'mail-rate': { type: 'string', default: '14' },
      writes: { type: 'string', default: '1000' },
      only: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const number = (name: 'apprentices' | 'mail-rate' | 'writes') => {
    const given = Number(values[name]);
    if (given > 0 && Number.isFinite(given) && (name === 'mail-rate' || Number.isInteger(given))) return given;
    throw new Error(`--${name}: a ${name === 'mail-rate' ? '' : 'whole '}number above nought, not "${values[name]}"`);
  };
  const only = values.only as (typeof parts)[number] | undefined;
  if (only !== undefined && !parts.includes(only)) throw new Error(`--only: one of ${parts.join(', ')}`);
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    only,
    apprentices: number('apprentices'),
    mailRatePerSecond: number('mail-rate'),
    writes: number('writes'),
  };
}

/** More would say no more: each is asked for a dozen times while nobody takes it. */
const mostInOutage = 50;

await runCommand({
  name: 'load',
  help,
  readOptions,
  async run({ only, json, apprentices, mailRatePerSecond, writes }) {
    const wants = (part: (typeof parts)[number]) => only === undefined || only === part;
    const { tell, end } = liveLine('load');
    const report: LoadReport = {};
    try {
      if (wants('surge')) report.surge = await surge({ apprentices, mailRatePerSecond, tell });
      if (wants('hammer')) report.hammer = await hammer({ writes, tell });
      if (wants('outage')) report.outage = await outage({ apprentices: Math.min(apprentices, mostInOutage), tell });
    } finally {
      end();
    }
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : describeLoad(report));
    return faultsOf(report).length === 0;
  },
});
