import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { run, veraPdfClasspath } from './tools.ts';

/** The rules that certificates keep: archival with an attachment and full structure, and universal accessibility. */
export const flavours = ['3a', 'ua1'] as const;
export type Flavour = (typeof flavours)[number];

export type Broken = { clause: string; test: number; times: number; says: string };
/** `checks` counts every assertion that was made, kept or broken: a report without any proves nothing. */
export type Verdict = { compliant: boolean; checks: number; broken: Broken[] };

/**
 * Has one Java process judge all files by one set of rules, and returns the verdicts by file name.
 *
 * @throws Error where veraPDF says nothing about a file, or could not read it.
 */
export function judge(flavour: Flavour, paths: readonly string[]): Map<string, Verdict> {
  const classpath = readFileSync(veraPdfClasspath, 'utf8').trim();
  const options = ['--flavour', flavour, '--format', 'json', '--maxfailuresdisplayed', '2'];
  // Interpreted and lightly compiled: a run over a few dozen pages is too short for more.
  const java = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', '-cp', classpath];
  const ran = run('java', [...java, 'org.verapdf.apps.GreenfieldCliWrapper', ...options, ...paths]);
  const verdicts = new Map<string, Verdict>();
  for (const job of parse(ran.text, ran.err).report.jobs) {
    const [result] = job.validationResult ?? [];
    if (!result) throw new Error(`veraPDF did not judge ${basename(job.itemDetails.name)}: ${ran.err.slice(0, 500)}`);
    verdicts.set(basename(job.itemDetails.name), verdictOf(result));
  }
  const silent = paths.map((path) => basename(path)).filter((name) => !verdicts.has(name));
  if (silent.length > 0) throw new Error(`veraPDF says nothing about ${silent.join(', ')}`);
  return verdicts;
}

type Report = { report: { jobs: { itemDetails: { name: string }; validationResult?: Result[] }[] } };
type Result = {
  compliant: boolean;
  details: { passedChecks: number; failedChecks: number; ruleSummaries: RuleSummary[] };
};
type RuleSummary = {
  clause: string;
  testNumber: number;
  failedChecks: number;
  description: string;
  checks: { context: string; errorMessage: string }[];
};

function parse(text: string, err: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch (cause) {
    throw new Error(`veraPDF wrote no report: ${(err || text).slice(0, 500)}`, { cause });
  }
}

function verdictOf({ compliant, details }: Result): Verdict {
  return {
    compliant,
    checks: details.passedChecks + details.failedChecks,
    broken: details.ruleSummaries.map(({ clause, testNumber, failedChecks, description, checks }) => ({
      clause,
      test: testNumber,
      times: failedChecks,
      says: checks.map(({ errorMessage, context }) => `${errorMessage} at ${context}`).join('; ') || description,
    })),
  };
}
