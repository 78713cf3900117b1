import type { Broken } from './judges.ts';
import type { ChaosReport } from './run-chaos.ts';

const width = 100;
const most = 12;

/** A run for people: what struck, what came of it, and every promise that broke. Fits 100 columns. */
export function describeChaos(report: ChaosReport): string {
  const { counts, seconds, faults, broken } = report;
  const total = faults.reduce((sum, { times }) => sum + times, 0);
  const never = faults.filter(({ times }) => times === 0).map(({ kind }) => kind);
  const dead = Object.entries(report.explainedDeadLetters).map(([queue, count]) => `${count} of ${queue}`);
  return [
    `chaos with seed ${report.seed}: ${report.apprentices} apprentices, ${total} faults met (${report.askedFaults} asked for)`,
    '',
    row('fault', 'survived', 'met by', 'idle'),
    ...faults.map(({ kind, times, met, idle }) => row(kind, times, met, idle)),
    '',
    ...wrap(
      `${report.killedInMidEvent} events and requests were in the hands of a function that was killed; people tried ` +
        `again ${report.peopleRetries} times; the clock went ${report.clockDays} days ahead.`,
    ),
    ...wrap(
      `The records of ${report.overHttp.apprentices} were kept over HTTP; of what was sent again under its key, ` +
        `${report.overHttp.replayed} had been answered before.`,
    ),
    ...wrap(
      `${counts.inForce} completions in force; ${counts.emails} emails out, ${twice(counts.duplicates)}; ` +
        `deliveries: ${counts.sent} sent, ${counts.parked} parked, ${counts.cancelled} cancelled.`,
    ),
    ...wrap(describeBundles(report.bundles)),
    ...wrap(
      counts.deadLetters === 0
        ? 'No dead letters.'
        : `${counts.deadLetters} dead letters, each poisoned or made up for by the sweep: ${dead.join(', ')}.`,
    ),
    ...wrap(
      `Storm ${seconds.storm} s, then ${report.restRounds} hours of the stack's time to rest in ${seconds.rest} s; ` +
        `${seconds.all} s in all.`,
    ),
    ...(never.length > 0 ? wrap(`Never met, for want of work at the moment: ${never.join(', ')}.`) : []),
    '',
    ...(broken.length === 0 ? ['Every promise holds.'] : describeBroken(report)),
    '',
  ].join('\n');
}

const row = (kind: string, ...cells: (string | number)[]) =>
  `  ${kind.padEnd(26)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
function describeBundles({ asked, verified, failed, expired, emails, twice: again }: ChaosReport['bundles']): string {
  const ends = [
    `${verified} fetched by their links and verified by themselves`,
    ...(expired > 0 ? [`${expired} whose week is over`] : []),
    ...(failed > 0 ? [`${failed} failed with a reason`] : []),
  ];
  return `${asked} audit bundles asked for: ${ends.join(', ')}; ${emails} emails about them, ${twice(again)}.`;
}

const twice = (count: number) => (count === 0 ? 'none a second time' : `${count} a second time, in the crash window`);

function describeBroken({ broken, seed, asked, dataFolder }: ChaosReport): string[] {
  const lines = broken.slice(0, most).flatMap(describeOne);
  return [
    `BROKEN: ${broken.length} ${broken.length === 1 ? 'promise' : 'promises'}`,
    ...lines,
    ...(broken.length > most ? [`  … and ${broken.length - most} more (--json lists all)`] : []),
    '',
    `the same histories and faults again: npm run chaos -- --seed ${seed} --apprentices ${asked}`,
    `what is left of it: ${dataFolder}`,
  ];
}

function describeOne({ promise, enrollment, what }: Broken): string[] {
  return wrap(`${enrollment}: ${promise}: ${what}`, '  ');
}

function wrap(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width && line.trim() !== '') {
      lines.push(line);
      line = indent === '' ? '' : `${indent}  `;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
