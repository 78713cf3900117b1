import { html } from 'hono/html';
import type { Status } from '../../acts/status.ts';
import type { Missing } from '../../domain/completion.ts';
import { type Requirement, requirementsOf } from '../../domain/framework.ts';
import { choices, errorSummary, type FormState, field } from './form-field.ts';
import { type Frame, pageOf } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { linkedInAddress } from './linked-in.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { achievementText, credentialTones, policyText } from './person-page.ts';
import { requirementGroups, requirementList } from './requirement-list.ts';
import { bar, mark } from './standing-mark.ts';

export type MyRecord = Pick<
  Status,
  'enrollment' | 'program' | 'framework' | 'explanation' | 'credentials' | 'standing' | 'lapses'
>;
export type MyModel = {
  record: MyRecord;
  /** What assessors wrote beside a *not met*, by requirement. */
  notes: ReadonlyMap<string, string>;
  /** Other enrollments of the same person in the program. */
  others: readonly string[];
  /** Where anybody verifies a code: the code follows. */
  verifyBase: string;
};

/** An apprentice's own page: how far, what next, and what was earned. */
export function mePage(frame: Frame, { record, notes, others, verifyBase }: MyModel): Html {
  const { words } = frame;
  const { t } = words;
  const { enrollment, program, framework, explanation, standing } = record;
  const isOpen = enrollment.status === 'open';
  const groups = requirementGroups(framework, standing.progress, explanation.missing, true);
  const path = evidencePath(enrollment.enrollment);
  const body = html`<p class="eyebrow">${bdi(program.achievement)} · ${bdi(program.sponsor)}</p>
<h1>${words.rich('me.title', { name: bdi(enrollment.apprentice.name) })}</h1>
<div class="sheet overview">
<p class="figure"><span class="big">${t('person.met_of', { met: explanation.met, of: explanation.of })}</span> ${bar(t('me.progress'), explanation.met, explanation.of)}</p>
<p>${t(`mine.${explanation.credential.state.replace('-', '_')}` as TextKey)}</p>
${isOpen ? html`<p><a class="button" href="${path}">${t('me.submit_evidence')}</a></p>` : nothing}
</div>
${record.credentials.length > 0 ? myCredentials(words, record, verifyBase) : nothing}
${isOpen ? next(words, record, notes) : nothing}
${lapses(words, record)}
<section aria-labelledby="record"><h2 id="record">${t('me.record')}</h2>${requirementList(words, groups, program.timeZone)}</section>
${others.length > 0 ? html`<section aria-labelledby="others"><h2 id="others">${t('me.others')}</h2><ul>${others.map((other) => html`<li><a href="/me?enrollment=${other}">${other}</a></li>`)}</ul></section>` : nothing}`;
  return pageOf(frame, { title: t('nav.me'), body });
}

/** Signed in, and nobody has enrolled this person. */
export function notEnrolledPage(frame: Frame, actor: string): Html {
  const { words } = frame;
  const { t } = words;
  const body = html`<h1>${t('me.none_title')}</h1><div class="empty"><p>${words.rich('me.none_text', { id: html`<code>${actor}</code>` })}</p></div>`;
  return pageOf(frame, { title: t('me.none_title'), body });
}

const evidencePath = (enrollment: string) => `/me/evidence?enrollment=${enrollment}`;

/** As many as one look takes in. */
const shownNext = 6;
const order = ['unsettled', 'not-met', 'lapsed', 'missing', 'awaiting'] as const;

function next(words: Words, { explanation, framework, enrollment }: MyRecord, notes: MyModel['notes']): Html {
  const { t } = words;
  const requirements = requirementsOf(framework);
  const kind = ({ why }: { why: string }) => (why === 'edited' || why === 'deleted' ? 'unsettled' : why);
  const items = explanation.missing
    .flatMap((item) => ('policy' in item ? [] : [item]))
    .sort((a, b) => order.indexOf(kind(a) as never) - order.indexOf(kind(b) as never));
  // What was edited waits for its assessor, as what is new does.
  const todo = items.filter(({ why }) => why !== 'awaiting' && why !== 'edited');
  const waiting = items.length - todo.length;
  const policies = explanation.missing.filter((item): item is Extract<Missing, { policy: string }> => 'policy' in item);
  return html`<section class="sheet" aria-labelledby="next"><h2 id="next">${t('me.next')}</h2>
${todo.length === 0 ? html`<p>${t('me.nothing_to_do')}</p>` : nothing}
<ul class="next">${todo.slice(0, shownNext).map(
    (
      item,
    ) => html`<li><a href="${evidencePath(enrollment.enrollment)}&amp;requirement=${item.requirement}">${bdi(requirements.get(item.requirement)?.display ?? item.requirement)}</a>
${kind(item) === 'missing' ? nothing : mark(kind(item) === 'not-met' ? 'bad' : 'watch', t(`requirement.${kind(item).replaceAll('-', '_')}` as TextKey))}${noteOn(words, item, notes)}</li>`,
  )}</ul>
${todo.length > shownNext ? html`<p class="hint">${words.n('me.more', todo.length - shownNext)}</p>` : nothing}
${waiting > 0 ? html`<p>${mark('calm', words.n('missing.assessor', waiting))}</p>` : nothing}
${policies.map((item) => html`<p>${mark('calm', policyText(words, item))}</p>`)}</section>`;
}

function noteOn({ t }: Words, item: { requirement: string; why: string }, notes: MyModel['notes']): Html {
  const note = item.why === 'not-met' ? notes.get(item.requirement) : undefined;
  return note === undefined
    ? nothing
    : html`<p class="said"><span class="visually-hidden">${t('me.said')}</span> <q dir="auto">${note}</q></p>`;
}

function lapses(words: Words, { lapses: lapsed }: MyRecord): Html {
  return lapsed.length === 0
    ? nothing
    : html`<ul class="notes">${lapsed.map(({ on }) => html`<li>${mark('watch', words.t('person.lapsed_since', { on: words.day(on) }))}</li>`)}</ul>`;
}

function myCredentials(words: Words, record: MyRecord, verifyBase: string): Html {
  const { t } = words;
  const { enrollment, program, framework } = record;
  return html`<section aria-labelledby="papers"><h2 id="papers">${t('me.papers')}</h2>
${record.credentials.map((credential) => {
  const set = framework.skillSets.find(({ id }) => credential.achievement === `skill-set:${id}`);
  const achievement =
    credential.achievement === 'completion'
      ? program.achievement
      : set && !set.sensitive
        ? (set.display ?? set.text)
        : t('verify.some_part');
  const address = linkedInAddress(credential, {
    achievement,
    sponsor: program.sponsor,
    verifyAddress: `${verifyBase}${credential.code}`,
  });
  return html`<article class="sheet paper credential"><h3>${achievementText(words, credential, record)}</h3>
<p>${mark(credentialTones[credential.state], t(`credential.${credential.state}`))} ${t('person.issued_at', { at: words.moment(credential.issuedAt, program.timeZone) })}</p>
<p class="acts"><a class="button" href="/me/credentials/${credential.credentialId}/document?enrollment=${enrollment.enrollment}">${t('me.download')}</a>
<a class="button quiet" href="/v/${credential.code}">${t('me.show')}</a>
${credential.state === 'issued' ? html`<a class="button quiet" href="${address}" rel="noopener noreferrer" target="_blank">${t('me.linkedin')}</a>` : nothing}</p>
${credential.state === 'issued' ? html`<p class="hint">${t('me.linkedin_hint')}</p>` : nothing}</article>`;
})}</section>`;
}

/** Where an apprentice says what was done and where the proof is kept. */
export function evidencePage(
  frame: Frame,
  form: FormState,
  {
    enrollment,
    framework,
    progress,
    today,
  }: {
    enrollment: string;
    framework: MyRecord['framework'];
    progress: MyRecord['standing']['progress'];
    today: string;
  },
): Html {
  const { words } = frame;
  const { t } = words;
  const all = [...requirementsOf(framework).values()];
  const kinds: readonly Requirement['kind'][] = ['skill', 'course', 'certificate'];
  const title = (requirement: Requirement) => {
    const set = framework.skillSets.find(({ id }) => id === requirement.set);
    return set
      ? (set.display ?? set.text)
      : t(requirement.kind === 'course' ? 'person.courses' : 'person.certificates');
  };
  const of = kinds.flatMap((kind) =>
    all
      .filter((requirement) => requirement.kind === kind && progress[requirement.id]?.status !== 'met')
      .map((requirement) => ({
        value: requirement.id,
        text: shortened(requirement.display),
        group: title(requirement),
      })),
  );
  const body = html`<nav class="crumbs" aria-label="${t('nav.crumbs')}"><a href="/me?enrollment=${enrollment}">${t('nav.me')}</a></nav>
<h1>${t('evidence.title')}</h1>
${errorSummary(words, form)}
<div class="prose"><p>${t('evidence.text')}</p><p><strong>${t('evidence.no_clients')}</strong></p></div>
<form class="act" method="post" action="/me/evidence">
<input type="hidden" name="enrollment" value="${enrollment}">
${choices(form, { name: 'requirement', label: t('evidence.requirement'), first: t('forms.choose'), of })}
${field(words, form, { name: 'occurredOn', label: t('evidence.occurred'), hint: t('evidence.occurred_hint'), type: 'date', max: today, required: true })}
${field(words, form, { name: 'attestation', label: t('evidence.attestation'), hint: t('evidence.attestation_hint'), rows: 5, required: true, maxlength: 2000, dir: 'auto' })}
${field(words, form, { name: 'pointer', label: t('evidence.pointer'), hint: t('evidence.pointer_hint'), maxlength: 500 })}
${field(words, form, { name: 'hours', label: t('evidence.hours'), hint: t('evidence.hours_hint'), type: 'number', min: '0.25', max: '2000', step: '0.25' })}
<fieldset class="certificate"${form.errors.some(({ field: name }) => name && ['issuer', 'number', 'issuedOn', 'expiresOn'].includes(name)) ? html` data-open` : nothing}><legend>${t('evidence.certificate')}</legend>
<p class="hint">${t('evidence.certificate_hint')}</p>
${field(words, form, { name: 'issuer', label: t('evidence.issuer'), maxlength: 160, dir: 'auto' })}
${field(words, form, { name: 'number', label: t('evidence.number'), maxlength: 80, spellcheck: false })}
${field(words, form, { name: 'issuedOn', label: t('evidence.issued_on'), type: 'date' })}
${field(words, form, { name: 'expiresOn', label: t('evidence.expires_on'), type: 'date' })}
</fieldset>
<p class="acts"><button type="submit">${t('evidence.submit')}</button> <a class="button quiet" href="/me?enrollment=${enrollment}">${t('forms.cancel')}</a></p>
</form>`;
  return pageOf(frame, { title: t('evidence.title'), body, failed: form.errors.length > 0 });
}

/** A list of choices cannot wrap its lines on every phone. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= 90 ? text : `${characters.slice(0, 88).join('').trimEnd()}…`;
}
