import { type CoverageRow, coverageTable } from './coverage.ts';

export type FailureReport = { seed: number; judge: string; message: string; acts: number; trace: string[] };
export type Report = {
  seeds: number;
  from: number;
  seconds: number;
  /** Histories of three or four requirements, by wall clock and by processor time. */
  small: { histories: number; perSecond: number; perCpuSecond: number };
  reachedIssue: number;
  turned: number;
  duplicates: number;
  resent: number;
  coverage: CoverageRow[];
  world: Record<string, number>;
  empty: string[];
  failure?: FailureReport;
};
export type MutationReport = {
  rule: string;
  how: string;
  caughtAfter: number | null;
  seed?: number;
  judge?: string;
  seconds: number;
};

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;

export function describeReport(report: Report): string {
  const { seeds, from, small, seconds, failure } = report;
  return [
    coverageTable(report.coverage),
    '',
    ...Object.entries(report.world).map(([what, count]) => `${what}: ${count}`),
    '',
    `${seeds} histories from seed ${from} in ${seconds.toFixed(1)} s`,
    `the ${small.histories} small ones: ${small.perSecond.toFixed(0)} a second, ${small.perCpuSecond.toFixed(0)} a second of processor time`,
    `${percent(report.reachedIssue)} reached issue; ${percent(report.turned)} superseded, revoked, or withdrawn in mid-issue`,
    `${report.duplicates} emails sent twice, each since no step could record the first`,
    `${report.resent} sent once more because a person asked for it`,
    ...(report.empty.length > 0
      ? ['never tried:', ...report.empty.map((cell) => `  ${cell}`)]
      : ['every possible fault befell every call']),
    ...(failure ? describeFailure(failure) : ['no promise was broken']),
    '',
  ].join('\n');
}

export function describeFailure({ seed, judge, message, acts, trace }: FailureReport): string[] {
  return [
    '',
    `BROKEN at seed ${seed}: ${judge}`,
    `  ${message}`,
    `shrunk to ${acts} acts:`,
    ...trace.map((line) => `  ${line}`),
    '',
    `again: npm run simulate -- --seeds 1 --seed ${seed}`,
  ];
}

export function describeMutations(results: readonly MutationReport[]): string {
  const width = Math.max(...results.map(({ rule }) => rule.length));
  const caught = ({ caughtAfter, judge }: MutationReport) =>
    caughtAfter === null ? 'NOT CAUGHT' : `${String(caughtAfter).padStart(5)}  ${judge}`;
  const row = (r: MutationReport) => [`${r.rule.padEnd(width)}  ${caught(r)}`, `    ${r.how}`];
  return [`${'rule taken away'.padEnd(width)}  seeds  judge that noticed`, ...results.flatMap(row), ''].join('\n');
}
