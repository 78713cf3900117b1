import { html, raw } from 'hono/html';
import type { EnrollmentStatus } from '../../domain/enrollment.ts';
import type { CohortRow, NeedGroup } from './cohort-model.ts';
import { type Frame, pageOf } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { nameAmong, namesakes } from './namesakes.ts';
import { attention, changedOn, missingText } from './needs-page.ts';
import { bar, credentialMark } from './standing-mark.ts';

export type Cohort = {
  program: { name: string; sponsor: string; timeZone: string };
  status: EnrollmentStatus;
  rows: readonly CohortRow[];
  /** Leads to the next page. */
  cursor?: string | undefined;
  isFirst: boolean;
  /** Who in the whole program needs somebody: on the first page. */
  groups: readonly NeedGroup[];
};

const statuses: readonly { status: EnrollmentStatus; key: TextKey }[] = [
  { status: 'open', key: 'cohort.open' },
  { status: 'complete', key: 'cohort.complete' },
  { status: 'withdrawn', key: 'cohort.withdrawn' },
];

/** A program's apprentices at a glance: first those for whom somebody has to do something. */
export function cohortPage(frame: Frame, cohort: Cohort): Html {
  const { words } = frame;
  const { t } = words;
  const body = html`<div class="headline"><div><p class="eyebrow">${bdi(cohort.program.sponsor)}</p>
<h1>${t('cohort.title', { program: cohort.program.name })}</h1></div>
${enrollButton(frame)}</div>
${whoNeeds(words, cohort)}
${statusTabs(words, cohort.status)}
${cohort.rows.length === 0 ? empty(frame, cohort) : html`${table(words, cohort)}${more(words, cohort)}`}`;
  return pageOf(frame, { title: t('cohort.title', { program: cohort.program.name }), body, wide: true });
}

/** On the first page; of an empty program there is nothing to say. */
function whoNeeds(words: Words, { isFirst, groups, rows, status, program }: Cohort): Html {
  const isEmpty = rows.length === 0 && groups.every(({ rows }) => rows.length === 0);
  return !isFirst || (isEmpty && status === 'open')
    ? nothing
    : attention(words, program, groups, sharedOn({ rows, groups }));
}

/** Somebody may stand in a list of those who need somebody and have a namesake in the table. */
const sharedOn = ({ rows, groups }: Pick<Cohort, 'rows' | 'groups'>) =>
  namesakes([...rows, ...groups.flatMap((group) => group.rows)]);

function statusTabs({ t }: Words, current: EnrollmentStatus): Html {
  return html`<nav class="tabs" aria-label="${t('cohort.statuses')}"><ul>${statuses.map(
    ({ status, key }) =>
      html`<li><a href="/cohort?status=${status}"${status === current ? raw(' aria-current="page"') : nothing}>${t(key)}</a></li>`,
  )}</ul></nav>`;
}

/** Operators look, and administrators enroll. */
function enrollButton({ words, reader }: Frame): Html {
  const mayEnroll = reader?.roles.has('administrator') ?? false;
  return mayEnroll ? html`<a class="button" href="/enroll">${words.t('cohort.enroll')}</a>` : nothing;
}

function empty(frame: Frame, { status, isFirst }: Cohort): Html {
  const { t } = frame.words;
  if (!isFirst) return html`<p class="empty">${t('cohort.no_more')}</p>`;
  return status === 'open'
    ? html`<div class="empty"><h2>${t('cohort.empty_title')}</h2><p>${t('cohort.empty_text')}</p><p>${enrollButton(frame)}</p></div>`
    : html`<p class="empty">${t('cohort.empty_status')}</p>`;
}

function table(words: Words, { rows, status, program, groups }: Cohort): Html {
  const { t } = words;
  const shared = sharedOn({ rows, groups });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${t('cohort.table')}"><table class="stack">
<caption class="visually-hidden">${t('cohort.table')}</caption>
<thead><tr><th scope="col">${t('cohort.name')}</th><th scope="col">${t('cohort.progress')}</th><th scope="col">${t(status === 'open' ? 'cohort.missing' : 'cohort.certificate')}</th><th scope="col">${t('cohort.changed')}</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>
<th scope="row"><a href="/people/${row.enrollment}">${nameAmong(row, shared)}</a></th>
<td data-label="${t('cohort.progress')}"><span class="progress">${bar(t('cohort.progress_of', { name: row.name }), row.met, row.of)}<span>${t('person.met_of', { met: row.met, of: row.of })}</span></span></td>
<td data-label="${t(status === 'open' ? 'cohort.missing' : 'cohort.certificate')}">${
      row.status === 'open' && row.credential === 'none'
        ? missingText(words, row.missing)
        : credentialMark(words, row.credential)
    }</td>
<td data-label="${t('cohort.changed')}"><time datetime="${row.lastChangeAt}">${changedOn(words, row, program.timeZone)}</time></td>
</tr>`,
  )}</tbody></table></div>`;
}

function more({ t }: Words, { cursor, isFirst, status }: Cohort): Html {
  if (cursor === undefined && isFirst) return nothing;
  return html`<nav class="pager" aria-label="${t('cohort.pages')}">${isFirst ? nothing : html`<a href="/cohort?status=${status}">${t('cohort.first')}</a>`}${cursor === undefined ? nothing : html`<a href="/cohort?status=${status}&amp;cursor=${encodeURIComponent(cursor)}">${t('cohort.next')}</a>`}</nav>`;
}
