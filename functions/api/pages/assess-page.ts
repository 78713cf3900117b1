import { html } from 'hono/html';
import type { Instant } from '../../domain/time.ts';
import { decisionField, noteField, type Piece, type PieceGroup, shownAs, shownField } from './assess-model.ts';
import { errorSummary, type FormState } from './form-field.ts';
import { type Frame, pageOf } from './frame.ts';
import type { Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { nameAmong, namesakes } from './namesakes.ts';
import { groupTitle } from './requirement-list.ts';

export type Queue = {
  program: { name: string; timeZone: string };
  /** Oldest first; nobody's own. */
  rows: readonly { enrollment: string; name: string; since: Instant; waiting: number }[];
  cursor?: string | undefined;
  isFirst: boolean;
};

/** Whose evidence waits, and for how long. */
export function queuePage(frame: Frame, { program, rows, cursor, isFirst }: Queue): Html {
  const { words } = frame;
  const { t } = words;
  const shared = namesakes(rows);
  const list = html`<ol class="queue">${rows.map(
    ({
      enrollment,
      name,
      since,
      waiting,
    }) => html`<li class="sheet"><h2><a href="/assess/${enrollment}">${nameAmong({ enrollment, name }, shared)}</a></h2>
<p>${words.n('assess.requirements', waiting)} · ${words.rich('assess.since', { at: html`<time datetime="${since}">${words.moment(since, program.timeZone)}</time>` })}</p></li>`,
  )}</ol>`;
  const empty = html`<div class="empty"><h2>${t('assess.empty_title')}</h2><p>${t('assess.empty_text')}</p></div>`;
  const body = html`<p class="eyebrow">${bdi(program.name)}</p><h1>${t('assess.title')}</h1><p class="lead">${t('assess.lead')}</p>
${rows.length === 0 ? empty : list}
${cursor === undefined && isFirst ? nothing : html`<nav class="pager" aria-label="${t('cohort.pages')}">${isFirst ? nothing : html`<a href="/assess">${t('cohort.first')}</a>`}${cursor === undefined ? nothing : html`<a href="/assess?cursor=${encodeURIComponent(cursor)}">${t('cohort.next')}</a>`}</nav>`}`;
  return pageOf(frame, { title: t('assess.title'), body });
}

export type Desk = {
  enrollment: string;
  name: string;
  timeZone: string;
  groups: readonly PieceGroup[];
  form: FormState;
};

/** One apprentice's waiting evidence: each piece by itself, or a skill set at once. */
export function deskPage(frame: Frame, desk: Desk): Html {
  const { words } = frame;
  const { t } = words;
  const count = desk.groups.reduce((sum, { pieces }) => sum + pieces.length, 0);
  const body = html`<nav class="crumbs" aria-label="${t('nav.crumbs')}"><a href="/assess">${t('assess.title')}</a></nav>
<h1>${words.rich('assess.desk_title', { name: bdi(desk.name) })}</h1>
${count === 0 ? decidedNotice(desk.form) : errorSummary(words, desk.form)}
${
  count === 0
    ? html`<div class="empty"><h2>${t('assess.desk_empty')}</h2><p><a class="button" href="/assess">${t('assess.back')}</a></p></div>`
    : html`<p class="lead">${words.n('assess.pieces', count)}. ${t('assess.desk_lead')}</p>
<p class="hint" id="keys" hidden>${words.rich('assess.keys', { next: key('J'), before: key('K'), met: key('M'), not: key('N'), clear: key('U') })}</p>
<form id="desk" method="post" action="/assess/${desk.enrollment}">
${desk.groups.map((group) => groupBlock(words, group, desk))}
<div class="bar"><p id="decided" role="status" data-none="${t('assess.none_decided')}" data-some="${t('assess.decided')}"></p><button type="submit" name="whole" value="">${t('assess.submit')}</button></div>
</form>`
}`;
  const title = t('assess.desk_title', { name: desk.name });
  return pageOf(frame, { title, body, scripts: ['assess.js'], failed: desk.form.errors.length > 0 });
}

/** Nothing is left to put right. */
function decidedNotice({ errors }: FormState): Html {
  return errors.length === 0
    ? nothing
    : html`<div class="notice refused" role="alert" tabindex="-1" id="errors">${errors.map(({ message }) => html`<p>${message}</p>`)}</div>`;
}

const key = (letter: string) => html`<kbd>${letter}</kbd>`;

function groupBlock(words: Words, group: PieceGroup, desk: Desk): Html {
  const title = groupTitle(words, group);
  const id = `set-${group.id}`;
  return html`<section class="sheet desk-set" aria-labelledby="${id}"><div class="headline"><h2 id="${id}">${title}</h2>
<button class="quiet" type="submit" name="whole" value="${group.id}" data-whole="${group.id}" aria-describedby="${id}">${words.t('assess.whole', { count: group.pieces.length })}</button></div>
${group.pieces.map((piece) => pieceBlock(words, piece, group, desk))}</section>`;
}

function pieceBlock(words: Words, piece: Piece, group: PieceGroup, { form, timeZone }: Desk): Html {
  const { t } = words;
  const { submission } = piece;
  const field = decisionField(piece);
  const chosen = form.values[field] ?? '';
  const radio = (value: string, label: string) =>
    html`<label class="choice"><input type="radio" name="${field}" value="${value}" data-set="${group.id}"${value === chosen ? html` checked` : nothing}> <span>${label}</span></label>`;
  const noteId = `note-${piece.requirement}-${piece.evidence}`;
  return html`<fieldset class="piece"><legend>${bdi(piece.text)}</legend>
<input type="hidden" name="${shownField(piece)}" value="${shownAs(piece)}">
${piece.guidance === undefined || piece.text.includes(piece.guidance) ? nothing : html`<p class="hint">${bdi(piece.guidance)}</p>`}
<blockquote class="attestation" dir="auto">${submission.attestation}</blockquote>
<dl class="small"><div><dt>${t('assess.occurred')}</dt><dd>${words.day(submission.occurredOn)}</dd></div>
<div><dt>${t('assess.submitted')}</dt><dd>${words.moment(submission.submittedAt, timeZone)}</dd></div>
${submission.hours === undefined ? nothing : html`<div><dt>${t('assess.hours')}</dt><dd>${submission.hours}</dd></div>`}
${submission.pointer === undefined ? nothing : html`<div><dt>${t('assess.pointer')}</dt><dd>${bdi(submission.pointer)}</dd></div>`}
${submission.certificate === undefined ? nothing : certificate(words, submission.certificate)}</dl>
<div class="choices">${radio('met', t('assess.met'))}${radio('not-met', t('assess.not_met'))}${radio('', t('assess.later'))}</div>
<details class="note"><summary>${t('assess.note')}</summary><div class="field"><label for="${noteId}">${t('assess.note_label')}</label>
<p class="hint" id="${noteId}-hint">${t('assess.note_hint')}</p>
<textarea id="${noteId}" name="${noteField(piece)}" rows="2" maxlength="1000" dir="auto" aria-describedby="${noteId}-hint">${form.values[noteField(piece)] ?? ''}</textarea></div></details>
</fieldset>`;
}

function certificate(words: Words, given: NonNullable<Piece['submission']['certificate']>): Html {
  const { t } = words;
  return html`<div><dt>${t('evidence.issuer')}</dt><dd>${bdi(given.issuer)}</dd></div>
<div><dt>${t('evidence.number')}</dt><dd>${bdi(given.number)}</dd></div>
<div><dt>${t('evidence.issued_on')}</dt><dd>${words.day(given.issuedOn)}</dd></div>
${given.expiresOn === undefined ? nothing : html`<div><dt>${t('evidence.expires_on')}</dt><dd>${words.day(given.expiresOn)}</dd></div>`}`;
}
