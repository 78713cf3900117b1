import { memoryMb } from '../../infra/stacks/limits.ts';
import type { HammerReport } from './hammer.ts';
import type { OutageReport } from './outage.ts';
import type { SurgeReport } from './surge.ts';

export type LoadReport = { surge?: SurgeReport; hammer?: HammerReport; outage?: OutageReport };

/** A function has what Lambda would give it; the rest of the stack may take as much as a small machine has to spare. */
const boundMb = (name: string): number =>
  memoryMb[name.replace('function ', '') as keyof typeof memoryMb] ?? mostOtherMb;
const mostOtherMb = 700;
/** Of the emails sent: above it the service's refusals would be what keeps the rate. */
const mostThrottled = 0.01;

/** Everything that is not as it must be, as one line each. */
export function faultsOf({ surge, hammer, outage }: LoadReport): string[] {
  const broken = [surge, hammer, outage].flatMap((part) => part?.broken ?? []);
  const faults = broken.map(({ promise, enrollment, what }) => `${enrollment}: ${promise}: ${what}`);
  if (!surge) return faults;
  const { emails, apprentices, throttled, mostEmailsInASecond, mailRatePerSecond, peaks } = surge;
  if (emails !== apprentices) faults.push(`surge: ${emails} emails for ${apprentices} apprentices`);
  if (mostEmailsInASecond > mailRatePerSecond) faults.push(`surge: ${mostEmailsInASecond} emails in one second`);
  // One more: two sends may come closer than their turns, by what a busy machine adds to one of them.
  if (throttled > 1 + emails * mostThrottled) faults.push(`surge: the mail service throttled ${throttled} emails`);
  for (const [name, peak] of Object.entries(peaks)) {
    if (peak > boundMb(name)) faults.push(`surge: ${name} took ${peak} MB, and ${boundMb(name)} is the bound`);
  }
  return faults;
}

/** The figures for people. Fits 100 columns. */
export function describeLoad(report: LoadReport): string {
  const faults = faultsOf(report);
  return [
    ...(report.surge ? describeSurge(report.surge) : []),
    ...(report.hammer ? describeHammer(report.hammer) : []),
    ...(report.outage ? describeOutage(report.outage) : []),
    ...(faults.length === 0 ? ['Nothing lost, nothing twice, every bound kept.'] : ['BROKEN:', ...faults.slice(0, 20)]),
    '',
  ].join('\n');
}

function describeSurge(surge: SurgeReport): string[] {
  const { seconds, apprentices } = surge;
  const perSecond = (n: number, time: number) => (n / Math.max(time, 0.1)).toFixed(1);
  const drained = seconds.completing + seconds.draining;
  const floor = apprentices / surge.mailRatePerSecond;
  return [
    `surge: ${apprentices} apprentices complete at once, mail account of ${surge.mailRatePerSecond} a second`,
    `  loaded in ${seconds.loading} s, evaluated in ${seconds.evaluating} s; all completed in ${seconds.completing} s`,
    `  drained ${drained.toFixed(1)} s after the first: ${perSecond(apprentices, drained)} a second (the account alone: ${floor.toFixed(0)} s)`,
    `  the table's emulator takes ${surge.rawPutsPerSecond} plain puts a second from one client`,
    `  ${surge.emails} emails, at most ${surge.mostEmailsInASecond} in any second, ${surge.throttled} throttled`,
    '  most resident memory, MB:',
    ...Object.entries(surge.peaks).map(([name, peak]) => `    ${name.padEnd(30)}${String(peak).padStart(6)}`),
    '',
  ];
}

function describeHammer(hammer: HammerReport): string[] {
  const outcomes = Object.entries(hammer.outcomes).map(([name, count]) => `${count} ${name}`);
  return [
    `hammer: ${hammer.writes} writes on one enrollment, all begun at once, in ${hammer.seconds} s with their evaluation`,
    `  ${outcomes.join(', ')}`,
    `  at most ${hammer.mostAtOnce} calls of writers under way at one moment, ${hammer.retries} made again`,
    `  ${hammer.evaluations} evaluations, ${hammer.commits} commits, ${hammer.decidedAgain} decided again, ${hammer.failedEvents} events failed`,
    '',
  ];
}

function describeOutage(outage: OutageReport): string[] {
  return [
    `outage: ${outage.apprentices} emails, mail service down for ${outage.downHours} hours of the stack's time`,
    `  refused ${outage.deferred} times; all ${outage.emails} out ${outage.minutesUntilSent} minutes after its return; ${outage.seconds} s in all`,
    '',
  ];
}
