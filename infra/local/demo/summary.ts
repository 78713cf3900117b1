import { relative } from 'node:path';
import { fitText, padText } from '../../../functions/cli/text-width.ts';
import type { DemoProgram } from './program-files.ts';
import { styles } from './progress.ts';
import type { DemoResult, ProgramResult } from './results.ts';
import type { SampleStep } from './sample.ts';

export interface SummaryFacts {
  result: DemoResult;
  demos: readonly DemoProgram[];
  names: ReadonlyMap<string, string>;
  /** Where the app is. */
  app: string;
  inbox: string;
  /** Where the messages lie as files. */
  mailFolder: string;
  papers: string;
  keep: boolean;
  surprises: readonly string[];
}

const columns = 96;
/** More than this is for `--json`. */
const mostApprentices = 6;

/** The end of the demo, for people: what was issued, what went wrong on the way, what was refused and why, where to look. */
export function summarise(facts: SummaryFacts, colours: boolean): string {
  const { bold, dim, red } = styles(colours);
  const { result, demos, surprises } = facts;
  const lines = [
    ...result.programs.flatMap((program) => issuedLines(program, facts, colours)),
    '',
    bold('  On the way'),
    ...lifeLines(demos.flatMap(({ sample }) => sample.steps)).map((line) => `    ${line}`),
    '',
    bold('  Refused, set aside where people see it'),
    ...refusedLines(facts),
    '',
    `  ${padText('App', 9)}${facts.app}${facts.keep ? '  (sign in as anybody)' : dim('  (closed now; npm run demo -- --keep leaves it open)')}`,
    `  ${padText('Inbox', 9)}${facts.inbox}${facts.keep ? '' : dim('  (closed now)')}`,
    `  ${padText('Mail', 9)}${shown(facts.mailFolder)}`,
    `  ${padText('Papers', 9)}${shown(facts.papers)}`,
    '',
    ...surprises.map((surprise) => red(`  ✗ ${surprise}`)),
    surprises.length === 0
      ? `  Everything as it should be, in ${result.seconds.toFixed(1)} s.`
      : red(`  ${surprises.length} things are not as they should be.`),
    ...(facts.keep ? ['', '  The stack stays up. Ctrl-C stops it.'] : []),
  ];
  return `\n${lines.join('\n')}\n`;
}

function issuedLines(program: ProgramResult, { demos, names }: SummaryFacts, colours: boolean): string[] {
  const { bold, dim, green } = styles(colours);
  const demo = demos.find((each) => each.program.id === program.id);
  const counts = [
    `${program.skillSets} skill sets`,
    `${program.skills} skills`,
    program.courses > 0 && `${program.courses} courses`,
    program.certificates > 0 && `${program.certificates} certificates`,
  ];
  const apprentices = program.apprentices
    .slice(0, mostApprentices)
    .flatMap(({ enrollmentId, completedOn, pdfs, deliveries, verifiedAt }) => [
      `    ${green('✓')} ${padText(fitText(names.get(enrollmentId) ?? '', 30), 30)} ${dim('completed')} ${completedOn ?? 'never'}${dim(', email')} ${[...new Set(deliveries.map(({ state }) => state))].join(', ') || 'none'}`,
      ...pdfs.map((pdf) => dim(`      ${shown(pdf)}`)),
      ...verifiedAt.map((address) => dim(`      in force at ${address}`)),
    ]);
  const more = program.apprentices.length - mostApprentices;
  return [
    '',
    `  ${bold(demo?.program.name ?? program.id)} ${dim(counts.filter(Boolean).join(', '))}`,
    ...apprentices,
    ...(more > 0 ? [`      and ${more} more`] : []),
  ];
}

/** What goes wrong in life, as the samples hold it. */
function lifeLines(steps: readonly SampleStep[]): string[] {
  const count = (test: (step: SampleStep) => boolean) => steps.filter(test).length;
  const lines: [number, string][] = [
    [count((step) => step.do === 'assess' && step.outcome === 'not-met'), 'assessed as not met, and met later'],
    [count((step) => step.do === 'repeat'), 'submitted twice, counted once'],
    [count((step) => step.do === 'withdraw'), 'withdrawn and replaced'],
    [
      count((step) => step.do === 'submit' && (step.certificate?.expiresInDays ?? 0) < 0),
      'certificate lapsed, renewed before the end',
    ],
    [count((step) => step.do === 'put-raw'), 'malformed, written past the API'],
  ];
  return lines.filter(([number]) => number > 0).map(([number, words]) => `${String(number).padStart(2)} ${words}`);
}

function refusedLines({ result }: SummaryFacts): string[] {
  const shownOnes = result.refused.slice(0, mostApprentices).map(({ evidence, requirement, code, reason }) => {
    const item = requirement === undefined ? evidence : `${evidence} for ${requirement}`;
    return `    ${padText(fitText(item, 24), 24)} ${padText(code, 16)} ${fitText(reason, columns - 47)}`;
  });
  const more = result.refused.length - mostApprentices;
  if (result.refused.length === 0) return ['    nothing'];
  return more > 0 ? [...shownOnes, `    and ${more} more`] : shownOnes;
}

/** A path as one would type it from here, where that is shorter. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('../..') || near === '' ? path : near;
}
