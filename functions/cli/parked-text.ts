import type { FoundParked } from '../acts/list-parked.ts';
import { parkedIdOf, parkedReasonOf, setAsideOf } from '../acts/parked.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { ageOf } from './age.ts';
import { type Cell, heading, type Page, table } from './page.ts';
import { fitText, wrapText } from './text-width.ts';

/** What is parked: which, for how long, and on a line of its own why. */
export function parkedText(page: Page, found: readonly FoundParked[], now: string): string {
  const rows = found.map(({ ref, since, parked }): Cell[] => [
    { text: parked.kind },
    { text: ageOf(since, now), align: 'right' },
    { text: `${ref.program} ${ref.enrollment} ${parkedIdOf(parked)}` },
  ]);
  const lines = table(page, rows, 0).split('\n');
  return found
    .map(({ parked }, i) => {
      const setAside = setAsideOf(parked);
      const resentAs = parked.kind === 'email' ? parked.delivery.resentAs : undefined;
      const resent = resentAs === undefined ? '' : `sent again as ${resentAs} (`;
      const aside = setAside ? `set aside by ${setAside.by}: ${setAside.reason} (` : resent;
      return `${lines[i]}\n${fitText(`      ${aside}${parkedReasonOf(parked)}${aside && ')'}`, page.columns)}`;
    })
    .join('\n');
}

/** One of them, with what the ledger says of it and the commands that lead on. */
export function parkedDetail(page: Page, found: FoundParked, facts: readonly AuditEntry[], now: string): string {
  const { ref, since, parked } = found;
  const place = `${ref.program} ${ref.enrollment} ${parkedIdOf(parked)}`;
  const rows = [
    ['Kind', parked.kind],
    ['Enrollment', `${ref.program} ${ref.enrollment}`],
    ['Parked', `${since} (${ageOf(since, now)})`],
    ...(setAsideOf(parked) ? [['Set aside', `by ${setAsideOf(parked)?.by}: ${setAsideOf(parked)?.reason}`]] : []),
  ];
  const history = facts.map(({ at, action, actor }) => [at, action, `by ${actor.id}`]);
  return [
    table(page, rows, 0),
    '',
    heading(page, 'Why'),
    wrapText(parkedReasonOf(parked), page.columns, 2),
    '',
    heading(page, 'What led to it'),
    table(page, history),
    '',
    heading(page, 'What can be done'),
    `  parked replay ${place}`,
    `  parked set-aside ${place} --reason …`,
  ].join('\n');
}
