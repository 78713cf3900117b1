import { html, raw } from 'hono/html';
import { type Fault, lapseShownDays, type Need, needs, stuckAfterDays } from '../../domain/needs.ts';
import { civilDateOf } from '../../domain/time.ts';
import type { CohortRow, MissingCounts, NeedGroup, NeedRow } from './cohort-model.ts';
import { type Frame, pageOf } from './frame.ts';
import type { CountKey, TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { nameAmong, namesakes } from './namesakes.ts';
import { mark, type Tone } from './standing-mark.ts';

type Program = { name: string; sponsor: string; timeZone: string };

/** So many names stand open; more are told by their number, a touch away. */
const mostOpen = 6;

/** Who in the whole program needs somebody, by why: the first of each, and where there are more, the way to all. */
export function attention(
  words: Words,
  program: Program,
  groups: readonly NeedGroup[],
  shared: ReadonlySet<string>,
): Html {
  const { t } = words;
  const waiting = groups.filter(({ rows, hasMore }) => rows.length > 0 || hasMore);
  if (waiting.length === 0) return html`<p class="notice done plain">${t('cohort.nothing_waits')}</p>`;
  return html`<section aria-labelledby="attention"><h2 id="attention">${t('needs.title')}</h2>
${waiting.map((group) => groupOf(words, program, group, shared))}</section>`;
}

function groupOf(
  words: Words,
  program: Program,
  { need, rows, hasMore }: NeedGroup,
  shared: ReadonlySet<string>,
): Html {
  const { t, n } = words;
  // An index may lag a day behind: of a page none may need somebody any more, while others do.
  const count = rows.length === 0 ? undefined : n(hasMore ? 'needs.more_than' : 'needs.people', rows.length);
  return html`<details class="set"${rows.length > mostOpen ? nothing : raw(' open')}>
<summary><span class="set-title">${t(`needs.${need}`)}</span>${count === undefined ? nothing : mark(toneOf[need], count)}</summary>
${tasks(words, program, rows, shared)}
${hasMore ? html`<p class="set-end"><a href="/cohort?needs=${need}">${t(`needs.all_${need}`)}</a></p>` : nothing}</details>`;
}

const toneOf: Record<Need, Tone> = { failed: 'bad', lapsing: 'watch', stuck: 'watch' };

export type NeedsList = {
  program: Program;
  group: NeedGroup;
  /** Leads to the next page. */
  cursor: string | undefined;
  isFirst: boolean;
};

/** All of a program who need somebody for one reason, page by page. */
export function needsPage(frame: Frame, { program, group, cursor, isFirst }: NeedsList): Html {
  const { words } = frame;
  const { t } = words;
  const { need, rows } = group;
  const title = t('cohort.title', { program: program.name });
  const body = html`<p class="eyebrow">${bdi(program.sponsor)}</p><h1>${title}</h1>
<p><a href="/cohort">${t('needs.back')}</a></p>
<nav class="tabs" aria-label="${t('needs.title')}"><ul>${needs.map(
    (each) =>
      html`<li><a href="/cohort?needs=${each}"${each === need ? raw(' aria-current="page"') : nothing}>${t(`needs.${each}`)}</a></li>`,
  )}</ul></nav>
<h2 class="visually-hidden">${t(`needs.${need}`)}</h2>
<p>${t(`needs.about_${need}`, { days: need === 'stuck' ? stuckAfterDays : lapseShownDays })}</p>
${rows.length === 0 ? html`<p class="empty">${emptyText(words, need, cursor, isFirst)}</p>` : html`<div class="sheet">${tasks(words, program, rows, namesakes(rows))}</div>`}
${pager(words, need, cursor, isFirst)}`;
  return pageOf(frame, { title: `${t(`needs.${need}`)} · ${title}`, body, wide: true });
}

/** A page may hold nobody while there are more: of whom nothing is needed since, the list may not know yet. */
function emptyText({ t }: Words, need: Need, cursor: string | undefined, isFirst: boolean): string {
  if (cursor !== undefined) return t('needs.none_here');
  return isFirst ? t(`needs.none_${need}`) : t('cohort.no_more');
}

function pager({ t }: Words, need: Need, cursor: string | undefined, isFirst: boolean): Html {
  if (cursor === undefined && isFirst) return nothing;
  return html`<nav class="pager" aria-label="${t('cohort.pages')}">${isFirst ? nothing : html`<a href="/cohort?needs=${need}">${t('cohort.first')}</a>`}${cursor === undefined ? nothing : html`<a href="/cohort?needs=${need}&amp;cursor=${encodeURIComponent(cursor)}">${t('cohort.next')}</a>`}</nav>`;
}

function tasks(words: Words, program: Program, rows: readonly NeedRow[], shared: ReadonlySet<string>): Html {
  return html`<ul class="tasks">${rows.map(
    (row) => html`<li><a href="/people/${row.enrollment}">${nameAmong(row, shared)}</a>
<ul>${reasonsOf(words, row, program.timeZone).map(({ tone, text }) => html`<li>${mark(tone, text)}</li>`)}</ul></li>`,
  )}</ul>`;
}

type Reason = { tone: Tone; text: string };

function reasonsOf(words: Words, { needed }: NeedRow, timeZone: string): Reason[] {
  const { t, day } = words;
  switch (needed.need) {
    case 'failed':
      return needed.codes.map((code) => ({ tone: faultTones[code], text: t(faultTexts[code]) }));
    case 'lapsing':
      return needed.certificates.map((code) => ({
        tone: 'watch',
        text: t('cohort.lapses', { what: code ?? t('cohort.a_certificate'), on: day(needed.on) }),
      }));
    case 'stuck': {
      const since = day(civilDateOf(needed.since, timeZone));
      return [{ tone: 'watch', text: t('cohort.stuck', { since, on: missingText(words, needed.missing) }) }];
    }
  }
}

const faultTones: Record<Fault['code'], Tone> = {
  'certificate-parked': 'bad',
  'certificate-suspended': 'watch',
  'email-parked': 'bad',
  'email-complained': 'bad',
};

const faultTexts: Record<Fault['code'], TextKey> = {
  'certificate-parked': 'cohort.credential_failed',
  'certificate-suspended': 'standing.suspended',
  'email-parked': 'delivery.parked',
  'email-complained': 'delivery.complained',
};

export const changedOn = (words: Words, { lastChangeAt }: Pick<CohortRow, 'lastChangeAt'>, timeZone: string) =>
  words.day(civilDateOf(lastChangeAt, timeZone));

const missingKinds = ['certificate', 'unsettled', 'not_met', 'assessor', 'evidence', 'policy'] as const;

/** What an apprentice still lacks, counted by why. */
export function missingText(words: Words, missing: MissingCounts): string {
  const parts = missingKinds.flatMap((kind) => {
    const count = missing[kind];
    return count === undefined ? [] : [words.n(`missing.${kind}` as CountKey, count)];
  });
  return parts.length === 0 ? words.t('missing.nothing') : parts.join(' · ');
}
