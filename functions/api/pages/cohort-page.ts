import { html, raw } from 'hono/html';
import type { EnrollmentStatus } from '../../domain/enrollment.ts';
import { civilDateOf } from '../../domain/time.ts';
import { type CohortRow, type MissingCounts, needsAttention } from './cohort-model.ts';
import { type Frame, pageOf } from './frame.ts';
import type { CountKey, TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { bar, credentialMark, mark, type Tone } from './standing-mark.ts';

export type Cohort = {
  program: { name: string; sponsor: string; timeZone: string };
  status: EnrollmentStatus;
  rows: readonly CohortRow[];
  /** Leads to the next page. */
  cursor?: string | undefined;
  isFirst: boolean;
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
  const waiting = cohort.rows.filter(needsAttention);
  const body = html`<div class="headline"><div><p class="eyebrow">${bdi(cohort.program.sponsor)}</p>
<h1>${t('cohort.title', { program: cohort.program.name })}</h1></div>
${enrollButton(frame)}</div>
<nav class="tabs" aria-label="${t('cohort.statuses')}"><ul>${statuses.map(
    ({ status, key }) =>
      html`<li><a href="/cohort?status=${status}"${status === cohort.status ? raw(' aria-current="page"') : nothing}>${t(key)}</a></li>`,
  )}</ul></nav>
${cohort.rows.length === 0 ? empty(frame, cohort) : html`${attention(words, cohort, waiting)}${table(words, cohort)}${more(words, cohort)}`}`;
  return pageOf(frame, { title: t('cohort.title', { program: cohort.program.name }), body, wide: true });
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

function attention(words: Words, cohort: Cohort, rows: readonly CohortRow[]): Html {
  const { t } = words;
  if (rows.length === 0) return html`<p class="notice done plain">${t('cohort.nothing_waits')}</p>`;
  return html`<section class="sheet" aria-labelledby="attention"><h2 id="attention">${words.n('cohort.attention', rows.length)}</h2>
<ul class="tasks">${rows.map(
    (row) => html`<li><a href="/people/${row.enrollment}">${bdi(row.name)}</a>
<ul>${reasons(words, cohort, row).map(({ tone, text }) => html`<li>${mark(tone, text)}</li>`)}</ul></li>`,
  )}</ul></section>`;
}

type Reason = { tone: Tone; text: string };

function reasons(words: Words, { program }: Cohort, row: CohortRow): Reason[] {
  const { t } = words;
  const { failed, lapsing } = row;
  return [
    ...(failed.credential ? [{ tone: 'bad' as const, text: t('cohort.credential_failed') }] : []),
    ...(failed.email ? [{ tone: 'bad' as const, text: t(`delivery.${failed.email}` as TextKey) }] : []),
    ...(row.credential === 'suspended' ? [{ tone: 'watch' as const, text: t('standing.suspended') }] : []),
    ...(row.isStuck
      ? [
          {
            tone: 'watch' as const,
            text: t('cohort.stuck', {
              since: dayOf(words, row, program.timeZone),
              on: missingText(words, row.missing),
            }),
          },
        ]
      : []),
    ...(lapsing
      ? [
          {
            tone: 'watch' as const,
            text: t('cohort.lapses', { what: lapsing.code ?? t('cohort.a_certificate'), on: words.day(lapsing.on) }),
          },
        ]
      : []),
  ];
}

const dayOf = (words: Words, { lastChangeAt }: CohortRow, timeZone: string) =>
  words.day(civilDateOf(lastChangeAt, timeZone));

const missingKinds = ['certificate', 'unsettled', 'not_met', 'assessor', 'evidence', 'policy'] as const;

function missingText(words: Words, missing: MissingCounts): string {
  const parts = missingKinds.flatMap((kind) => {
    const count = missing[kind];
    return count === undefined ? [] : [words.n(`missing.${kind}` as CountKey, count)];
  });
  return parts.length === 0 ? words.t('missing.nothing') : parts.join(' · ');
}

function table(words: Words, { rows, status, program }: Cohort): Html {
  const { t } = words;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${t('cohort.table')}"><table class="stack">
<caption class="visually-hidden">${t('cohort.table')}</caption>
<thead><tr><th scope="col">${t('cohort.name')}</th><th scope="col">${t('cohort.progress')}</th><th scope="col">${t(status === 'open' ? 'cohort.missing' : 'cohort.certificate')}</th><th scope="col">${t('cohort.changed')}</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>
<th scope="row"><a href="/people/${row.enrollment}">${bdi(row.name)}</a></th>
<td data-label="${t('cohort.progress')}"><span class="progress">${bar(t('cohort.progress_of', { name: row.name }), row.met, row.of)}<span>${t('person.met_of', { met: row.met, of: row.of })}</span></span></td>
<td data-label="${t(status === 'open' ? 'cohort.missing' : 'cohort.certificate')}">${
      row.status === 'open' && row.credential === 'none'
        ? missingText(words, row.missing)
        : credentialMark(words, row.credential)
    }</td>
<td data-label="${t('cohort.changed')}"><time datetime="${row.lastChangeAt}">${dayOf(words, row, program.timeZone)}</time></td>
</tr>`,
  )}</tbody></table></div>`;
}

function more({ t }: Words, { cursor, isFirst, status }: Cohort): Html {
  if (cursor === undefined && isFirst) return nothing;
  return html`<nav class="pager" aria-label="${t('cohort.pages')}">${isFirst ? nothing : html`<a href="/cohort?status=${status}">${t('cohort.first')}</a>`}${cursor === undefined ? nothing : html`<a href="/cohort?status=${status}&amp;cursor=${encodeURIComponent(cursor)}">${t('cohort.next')}</a>`}</nav>`;
}
