import { html } from 'hono/html';
import type { Status } from '../../acts/status.ts';
import type { Missing } from '../../domain/completion.ts';
import type { Credential } from '../../domain/credential.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment } from '../../domain/enrollment.ts';
import { undeliveredReason } from '../../domain/undelivered.ts';
import { type Frame, pageOf, refusalText } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { requirementGroups, requirementList } from './requirement-list.ts';
import { bar, credentialMark, mark, type Tone } from './standing-mark.ts';

export type PersonModel = {
  status: Pick<
    Status,
    | 'enrollment'
    | 'program'
    | 'framework'
    | 'explanation'
    | 'credentials'
    | 'deliveries'
    | 'lapses'
    | 'aside'
    | 'standing'
  >;
  /** Asked for and allowed: the texts of sensitive requirements. */
  showsSensitive: boolean;
  /** May change the record: else the page only shows it. */
  mayChange: boolean;
  /** May send an email again. */
  mayResend: boolean;
};

/** One apprentice's record: where it stands, by skill set, what was issued and sent, and what may be done about it. */
export function personPage(frame: Frame, model: PersonModel): Html {
  const { words } = frame;
  const { t } = words;
  const { enrollment, program, framework, explanation, standing } = model.status;
  const { apprentice } = enrollment;
  const groups = requirementGroups(framework, standing.progress, explanation.missing, model.showsSensitive);
  const body = html`<nav class="crumbs" aria-label="${t('nav.crumbs')}"><a href="/cohort">${t('nav.cohort')}</a></nav>
<div class="headline"><div><h1>${bdi(apprentice.name)}</h1>
<p class="hint">${words.rich('person.about', { id: html`<code>${apprentice.id}</code>`, enrollment: html`<code>${enrollment.enrollment}</code>`, on: words.day(enrollment.enrolledOn) })}</p></div></div>
${overview(words, model)}
${missingSection(words, model)}
${asideSection(words, model)}
${credentialsSection(words, model)}
${deliveriesSection(words, model)}
${model.mayChange ? acts(words, model) : nothing}
<section aria-labelledby="record"><div class="headline"><h2 id="record">${t('person.record')}</h2>${sensitiveSwitch(words, model)}</div>
${requirementList(words, groups, program.timeZone)}</section>`;
  return pageOf(frame, { title: t('person.title', { name: apprentice.name }), body });
}

function overview(words: Words, { status }: PersonModel): Html {
  const { t } = words;
  const { explanation, enrollment } = status;
  const { met, of, credential } = explanation;
  return html`<div class="sheet overview">
<p class="figure"><span class="big">${t('person.met_of', { met, of })}</span> ${bar(t('person.progress_of', { what: t('person.record') }), met, of)}</p>
<p>${credentialMark(words, credential.state)} ${t(`standing.${credential.state.replace('-', '_')}_text` as TextKey)}</p>
${enrollment.status === 'withdrawn' ? html`<p>${mark('watch', t('person.left'))}</p>` : nothing}
</div>`;
}

function missingSection(words: Words, { status }: PersonModel): Html {
  const policies = status.explanation.missing.filter((item) => 'policy' in item);
  const lapses = status.lapses;
  if (policies.length === 0 && lapses.length === 0) return nothing;
  const { t } = words;
  return html`<ul class="notes">${policies.map((item) => html`<li>${mark('watch', policyText(words, item))}</li>`)}${lapses.map(
    ({ on }) => html`<li>${mark('watch', t('person.lapsed_since', { on: words.day(on) }))}</li>`,
  )}</ul>`;
}

export function policyText(words: Words, item: Extract<Missing, { policy: string }>): string {
  return item.policy === 'minimum-hours'
    ? words.t('missing.hours', { have: item.have, need: item.need })
    : words.t('missing.term', { until: words.day(item.until) });
}

function sensitiveSwitch({ t }: Words, { status, showsSensitive }: PersonModel): Html {
  const path = `/people/${status.enrollment.enrollment}`;
  return showsSensitive
    ? html`<a href="${path}">${t('person.hide_sensitive')}</a>`
    : html`<a href="${path}?sensitive=show">${t('person.show_sensitive')}</a>`;
}

export const credentialTones: Record<Credential['state'], Tone> = {
  issued: 'good',
  suspended: 'watch',
  superseded: 'calm',
  revoked: 'bad',
};

function credentialsSection(words: Words, { status, mayChange }: PersonModel): Html {
  const { t } = words;
  const { credentials, enrollment, program } = status;
  const path = `/people/${enrollment.enrollment}`;
  if (credentials.length === 0 && enrollment.status !== 'complete') return nothing;
  return html`<section aria-labelledby="credentials"><h2 id="credentials">${t('person.credentials')}</h2>
${credentials.length === 0 ? html`<p class="empty">${t('person.no_credentials')}</p>` : nothing}
${credentials.map(
  (credential) => html`<article class="sheet credential">
<h3>${achievementText(words, credential, status)}</h3>
<p>${mark(credentialTones[credential.state], t(`credential.${credential.state}`))} ${t('person.issued_at', { at: words.moment(credential.issuedAt, program.timeZone) })}</p>
<p class="hint">${words.rich('person.printed_as', { name: bdi(credential.facts.name) })}</p>
<p class="acts"><a href="/v/${credential.code}">${t('person.verify')}</a>
${mayChange ? html`<a href="${path}/credentials/${credential.credentialId}/document">${t('person.download')}</a>` : nothing}
${mayChange && (credential.state === 'issued' || credential.state === 'suspended') ? html`<a class="danger" href="${path}/revocation/${credential.credentialId}">${t('person.revoke')}</a>` : nothing}
${mayChange && credential.state !== 'superseded' ? html`<a href="${path}/reissue/${credential.credentialId}">${t('person.reissue')}</a>` : nothing}</p>
</article>`,
)}</section>`;
}

/** What a credential is for; a sensitive skill set's is not named. */
export function achievementText(
  { t }: Words,
  { achievement }: Pick<Credential, 'achievement'>,
  { framework, program }: Pick<Status, 'framework' | 'program'>,
): Html {
  if (achievement === 'completion') return bdi(program.achievement);
  const set = framework.skillSets.find(({ id }) => achievement === `skill-set:${id}`);
  return set && !set.sensitive
    ? html`${t('verify.part')} ${bdi(set.display ?? set.text)}`
    : html`${t('verify.some_part')}`;
}

const deliveryTones: Record<Delivery['state'], Tone> = {
  queued: 'calm',
  sending: 'calm',
  sent: 'good',
  delivered: 'good',
  bounced: 'watch',
  complained: 'bad',
  parked: 'bad',
  cancelled: 'calm',
};

function deliveriesSection(words: Words, { status, mayResend }: PersonModel): Html {
  const { t } = words;
  const { deliveries, enrollment, program } = status;
  if (deliveries.length === 0) return nothing;
  return html`<section aria-labelledby="emails"><h2 id="emails">${t('person.emails')}</h2>
<ul class="rows">${deliveries.map(
    (delivery) => html`<li><span>${mark(deliveryTones[delivery.state], t(`delivery.${delivery.state}`))}
${t(delivery.about.kind === 'credential' ? 'person.email_credential' : 'person.email_lapse')}
<time datetime="${delivery.settledAt ?? delivery.sentAt ?? delivery.queuedAt}">${words.moment(delivery.settledAt ?? delivery.sentAt ?? delivery.queuedAt, program.timeZone)}</time>${whyNot(words, delivery)}${mayResend && isOutOfForce(delivery, enrollment) ? html`<br><span class="hint">${t('person.email_not_in_force')}</span>` : nothing}</span>
${mayResend && isResendable(delivery, enrollment) ? html`<a href="/people/${enrollment.enrollment}/resend/${delivery.deliveryId}">${t('person.resend')}</a>` : nothing}</li>`,
  )}</ul></section>`;
}

/** Why an email did not arrive, in words of ours: nothing that the mail service said is repeated. */
function whyNot({ t }: Words, delivery: Delivery): Html {
  const reason = undeliveredReason(delivery);
  if (reason === undefined) return nothing;
  return html`<br><span class="hint">${t(`undelivered.${reason.replaceAll('-', '_')}` as TextKey)}</span>`;
}

type Sent = Pick<Delivery, 'state' | 'about'>;
type Held = Pick<Enrollment, 'pointers'>;

/**
 * What is on its way is left alone, and so is the email of a certificate that is not in force: the act refuses it. What
 * is parked waits for a person, whatever became of its certificate: taken up again, it is sent or cancelled.
 */
function isResendable(delivery: Sent, enrollment: Held): boolean {
  return delivery.state === 'parked' || (wasSent(delivery) && !isOutOfForce(delivery, enrollment));
}

const wasSent = ({ state, about }: Sent) =>
  about.kind === 'credential' && ['complained', 'sent', 'delivered'].includes(state);

/** An email that was sent, with a certificate that was replaced, revoked or suspended. */
function isOutOfForce(delivery: Sent, { pointers }: Held): boolean {
  const { about } = delivery;
  if (!wasSent(delivery) || about.kind !== 'credential') return false;
  return !Object.values(pointers).some(
    ({ active }) => active?.credentialId === about.credentialId && !active.suspended,
  );
}

function asideSection(words: Words, { status }: PersonModel): Html {
  const open = status.aside.filter(({ dismissed }) => !dismissed);
  if (open.length === 0) return nothing;
  return html`<section aria-labelledby="refused"><h2 id="refused">${words.n('person.aside', open.length)}</h2>
<p>${words.t('person.aside_text')}</p>
<ul class="rows">${open.map(({ code, at }) => html`<li><span>${refusalText(words, code)} <time datetime="${at}">${words.moment(at, status.program.timeZone)}</time></span></li>`)}</ul></section>`;
}

function acts({ t }: Words, { status }: PersonModel): Html {
  const path = `/people/${status.enrollment.enrollment}`;
  return html`<section class="proofs" aria-labelledby="acts"><h2 id="acts">${t('person.acts')}</h2>
<p class="acts"><a class="button quiet" href="${path}/correction">${t('person.correct')}</a>
${
  status.enrollment.status === 'withdrawn'
    ? html`<a class="button quiet" href="${path}/resumption">${t('person.resume')}</a>`
    : html`<a class="button quiet" href="${path}/leaving">${t('person.leave')}</a>`
}</p></section>`;
}
