import { html, raw } from 'hono/html';
import type { Status } from '../../acts/status.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Credential } from '../../domain/credential.ts';
import { type Bundles, bundlesSection } from './bundles-page.ts';
import { errorSummary, type FormState, field } from './form-field.ts';
import { type Frame, pageOf } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { achievementText, credentialTones } from './person-page.ts';
import { requirementGroups, requirementList } from './requirement-list.ts';
import { bar, mark } from './standing-mark.ts';

export type FoundCredential = Pick<Credential, 'credentialId' | 'enrollment' | 'state' | 'issuedAt'> & {
  /** Not named where it would disclose something. */
  kind: 'completion' | 'skill-set';
};
export type Search = {
  program: { name: string; timeZone: string };
  form: FormState;
  /** Undefined: nothing was searched for yet. */
  results: readonly FoundCredential[] | undefined;
  /** Query of the next page. */
  next?: string | undefined;
  bundles: Bundles;
  /** Where a record is read: administrators have a page of their own for it, without the ledger. */
  recordsAt: '/records' | '/people';
};

/** Where an auditor or administrator looks records up: by an enrollment, a credential or its code, or the days of issue. Never by name. */
export function recordsPage(frame: Frame, { program, form, results, next, bundles, recordsAt }: Search): Html {
  const { words } = frame;
  const { t } = words;
  const errors = [...form.errors, ...bundles.form.errors];
  const body = html`<p class="eyebrow">${bdi(program.name)}</p><h1>${t('records.title')}</h1><p class="lead">${t('records.lead')}</p>
${errorSummary(words, { values: {}, errors })}
<form class="act search" method="get" action="/records" role="search" aria-label="${t('records.search')}">
${field(words, form, { name: 'id', label: t('records.id'), hint: t('records.id_hint'), type: 'search', maxlength: 64, spellcheck: false })}
<div class="pair">${field(words, form, { name: 'from', label: t('records.from'), type: 'date' })}
${field(words, form, { name: 'to', label: t('records.to'), type: 'date' })}</div>
<p class="acts"><button type="submit">${t('records.submit')}</button></p></form>
${results === undefined ? nothing : found(words, { results, next, recordsAt }, program.timeZone)}
${bundlesSection(words, bundles, program.timeZone)}`;
  return pageOf(frame, { title: t('records.title'), body, wide: true, failed: errors.length > 0 });
}

type Found = Pick<Search, 'next' | 'recordsAt'> & { results: readonly FoundCredential[] };

function found(words: Words, { results, next, recordsAt }: Found, timeZone: string): Html {
  const { t } = words;
  if (results.length === 0)
    return html`<section class="empty" aria-labelledby="found"><h2 id="found">${t('records.none_title')}</h2><p>${t('records.none_text')}</p></section>`;
  return html`<section aria-labelledby="found"><h2 id="found">${words.n('records.found', results.length)}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="found"><table class="stack"><thead><tr><th scope="col">${t('records.credential')}</th><th scope="col">${t('records.enrollment')}</th><th scope="col">${t('records.state')}</th><th scope="col">${t('records.issued')}</th></tr></thead>
<tbody>${results.map(
    ({
      credentialId,
      enrollment,
      state,
      issuedAt,
      kind,
    }) => html`<tr><th scope="row"><code>${credentialId}</code> <span class="hint">${t(`records.kind_${kind.replace('-', '_')}` as TextKey)}</span></th>
<td data-label="${t('records.enrollment')}"><a href="${recordsAt}/${enrollment}">${enrollment}</a></td>
<td data-label="${t('records.state')}">${mark(credentialTones[state], t(`credential.${state}`))}</td>
<td data-label="${t('records.issued')}"><time datetime="${issuedAt}">${words.moment(issuedAt, timeZone)}</time></td></tr>`,
  )}</tbody></table></div>
${next === undefined ? nothing : html`<nav class="pager" aria-label="${t('cohort.pages')}"><a href="/records?${next}">${t('cohort.next')}</a></nav>`}</section>`;
}

export type RecordModel = {
  status: Pick<
    Status,
    'at' | 'enrollment' | 'program' | 'framework' | 'explanation' | 'standing' | 'ledger' | 'chainFault' | 'credentials'
  >;
  /** Hides what a sensitive requirement is, in ids and facts alike. */
  mask: (text: string) => string;
  form: FormState;
};

/** One record as an auditor reads it: how it stood at an instant, and every entry of its ledger. */
export function recordPage(frame: Frame, { status, mask, form }: RecordModel): Html {
  const { words } = frame;
  const { t } = words;
  const { enrollment, program, framework, explanation, standing, ledger, at } = status;
  const groups = requirementGroups(framework, standing.progress, explanation.missing, false);
  const title = t('records.record_title', { enrollment: enrollment.enrollment });
  const path = `/records/${enrollment.enrollment}`;
  const body = html`<nav class="crumbs" aria-label="${t('nav.crumbs')}"><a href="/records">${t('records.title')}</a></nav>
<h1>${title}</h1>
<p class="hint">${words.rich('records.about', { id: html`<code>${enrollment.apprentice.id}</code>`, on: words.day(enrollment.enrolledOn), framework: html`<code>${standing.framework?.version ?? framework.version}</code>` })}</p>
${errorSummary(words, form)}
<form class="act inline" method="get" action="${path}">${field(words, form, { name: 'at', label: t('records.at'), hint: t('records.at_hint'), type: 'date' })}
<p class="acts"><button type="submit">${t('records.at_submit')}</button>${at === undefined ? nothing : html` <a class="button quiet" href="${path}">${t('records.now')}</a>`}</p></form>
<div class="sheet overview">${at === undefined ? nothing : html`<p>${mark('calm', t('records.as_of', { at: words.moment(at, program.timeZone) }))}</p>`}
<p class="figure"><span class="big">${t('person.met_of', { met: explanation.met, of: explanation.of })}</span> ${bar(t('person.progress_of', { what: t('person.record') }), explanation.met, explanation.of)}</p>
<p>${t(`standing.${explanation.credential.state.replace('-', '_')}_text` as TextKey)}</p></div>
${requirementList(words, groups, program.timeZone)}
${at === undefined ? documents(words, status) : nothing}
<section aria-labelledby="ledger"><h2 id="ledger">${t('records.ledger')}</h2>
${chain(words, status)}
<ol class="timeline">${ledger.map((entry) => ledgerEntry(words, entry, mask, program.timeZone))}</ol></section>`;
  return pageOf(frame, { title, body, failed: form.errors.length > 0 });
}

/** What was issued, as it is now, and its document: the past has no other. */
function documents(words: Words, { credentials, enrollment, program, framework }: RecordModel['status']): Html {
  if (credentials.length === 0) return nothing;
  const { t } = words;
  const path = `/records/${enrollment.enrollment}/credentials`;
  return html`<section aria-labelledby="credentials"><h2 id="credentials">${t('person.credentials')}</h2>
<ul class="rows">${credentials.map(
    (
      credential,
    ) => html`<li><span>${mark(credentialTones[credential.state], t(`credential.${credential.state}`))} ${achievementText(words, credential, { framework, program })}
<br><span class="hint">${t('person.issued_at', { at: words.moment(credential.issuedAt, program.timeZone) })} · <code>${credential.credentialId}</code></span></span>
<a href="${path}/${credential.credentialId}/document">${t('person.download')}<span class="visually-hidden"> ${credential.credentialId}</span></a></li>`,
  )}</ul></section>`;
}

function chain(words: Words, { ledger, chainFault }: RecordModel['status']): Html {
  return chainFault
    ? html`<p class="notice refused" role="alert">${words.t('records.chain_broken', { seq: chainFault.seq })}</p>`
    : html`<p class="notice done plain">${words.n('records.chain_whole', ledger.length)}</p>`;
}

function ledgerEntry(words: Words, entry: AuditEntry, mask: (text: string) => string, timeZone: string): Html {
  const facts = Object.entries(entry.facts);
  return html`<li value="${entry.seq}"><p><strong>${words.find(`actions.${entry.action.replaceAll('-', '_')}`) ?? entry.action}</strong> <time datetime="${entry.at}">${words.moment(entry.at, timeZone)}</time></p>
<p class="hint">${words.rich('records.by', { actor: html`<code>${entry.actor.id}</code>`, role: words.find(`actors.${entry.actor.role}`) ?? entry.actor.role })} · <code>${mask(entry.subject)}</code></p>
${facts.length === 0 ? nothing : html`<details><summary>${words.t('records.facts')}<span class="visually-hidden"> ${entry.seq}</span></summary><dl class="small">${facts.map(([name, value]) => html`<div><dt>${mask(name)}</dt><dd>${raw('')}${mask(String(value))}</dd></div>`)}<div><dt>hash</dt><dd>${entry.hash}</dd></div></dl></details>`}</li>`;
}
