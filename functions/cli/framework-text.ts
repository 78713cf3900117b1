import type { SimulatedEnrollment } from '../acts/framework-change.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import type { FrameworkChange } from '../domain/framework-diff.ts';
import { type Mask, sensitiveRequirement } from '../domain/masking.ts';
import { counted, heading, type Page, table } from './page.ts';
import { missingLines } from './reasons.ts';
import { wrapText } from './text-width.ts';

const labels: Record<FrameworkChange['change'], string> = {
  added: 'new',
  removed: 'gone',
  reworded: 'reworded',
  retyped: 'another kind',
  moved: 'moved',
  'marked-sensitive': 'sensitive now',
  'unmarked-sensitive': 'no longer sensitive',
};

/** What differs, a line each, with the words before and after where they changed. */
export function diffText(page: Page, before: Framework, after: Framework, changes: FrameworkChange[], mask: Mask) {
  const title = `${before.id} ${before.version} → ${after.id} ${after.version}`;
  if (changes.length === 0) return `${heading(page, title)}\nNo requirement differs.`;
  const known = changes.filter((change) => mask.ids(change.id) === change.id);
  const rows = known.map((change) => [{ text: labels[change.change] }, { text: change.id }, { text: detail(change) }]);
  const lines = known.length > 0 ? table(page, rows).split('\n') : [];
  const [old, now] = [textsOf(before), textsOf(after)];
  const body = known.flatMap((change, i) => {
    const words = (sign: string, text: string | undefined) =>
      text === undefined ? [] : [page.paint('dim', wrapText(`${sign} ${text}`, page.columns, 6))];
    const was = change.change === 'reworded' || change.change === 'removed' ? old.get(change.id) : undefined;
    const is = change.change === 'reworded' || change.change === 'added' ? now.get(change.id) : undefined;
    return [lines[i] ?? '', ...words('-', was), ...words('+', is)];
  });
  const hidden = changes.length - known.length;
  const rest =
    hidden > 0 ? [`  ${sensitiveRequirement}: ${counted(hidden, 'difference')}; --sensitive shows them`] : [];
  return [`${heading(page, title)}  ${counted(changes.length, 'difference')}`, ...body, ...rest].join('\n');
}

function detail(change: FrameworkChange): string {
  if (change.change === 'retyped') return `${change.from} → ${change.to}`;
  if (change.change === 'moved') return `from ${change.from} to ${change.to}`;
  return 'kind' in change ? change.kind : '';
}

function textsOf(framework: Framework): Map<string, string> {
  const sets = framework.skillSets.map((set) => [set.id, set.text] as const);
  return new Map([...sets, ...[...requirementsOf(framework).values()].map(({ id, text }) => [id, text] as const)]);
}

export type SimulationCounts = Record<SimulatedEnrollment['effect'], number> & { enrollments: number };

/** Who would newly complete and who no longer, with what each would miss, and the counts of all. */
export function simulationText(
  page: Page,
  title: string,
  next: Framework,
  affected: readonly SimulatedEnrollment[],
  counts: SimulationCounts,
  mask: Mask,
): string {
  const section = (effect: SimulatedEnrollment['effect'], words: string) => {
    const people = affected.filter((one) => one.effect === effect);
    if (people.length === 0) return [];
    return [
      '',
      heading(page, `${words} (${people.length})`),
      ...people.map((one) => personLines(page, one, next, mask)),
    ];
  };
  const { enrollments, completes, 'falls-short': fallsShort, none } = counts;
  return [
    heading(page, title),
    ...section('completes', 'Would newly complete'),
    ...section('falls-short', 'Would no longer be complete'),
    '',
    `Of ${counted(enrollments, 'enrollment')}: ${completes} newly complete, ${fallsShort} no longer, ${none} as before.`,
    'Nothing was written. An enrollment moves to another version by `framework move` alone.',
  ].join('\n');
}

function personLines(page: Page, one: SimulatedEnrollment, next: Framework, mask: Mask): string {
  const { enrollment, framework, before, after } = one;
  const progress = `${before.met}/${before.of} → ${after.met}/${after.of}`;
  const line = `  ${enrollment}  ${progress}  ${page.paint('dim', `follows ${framework}`)}`;
  const rows = missingLines(after.missing, next, mask).map(({ ids, why, text }) => [ids, why, text]);
  return rows.length === 0 ? line : `${line}\n${table(page, rows, 6)}`;
}
