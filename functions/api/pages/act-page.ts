import { html } from 'hono/html';
import { revocationCodes } from '../../domain/credential.ts';
import { leavingCodes } from '../../domain/enrollment.ts';
import { choices, errorSummary, type FormState, field } from './form-field.ts';
import { type Frame, pageOf } from './frame.ts';
import type { TextKey } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';

/** A form of its own page, which says what will happen before it does. */
type ActForm = {
  title: string;
  /** What follows from it, and whom it touches. */
  text: Html | string;
  action: string;
  back: { href: string; text: string };
  fields: Html;
  submit: string;
  /** A second way to send it, for whoever has read why the first was refused. */
  allTheSame?: { name: string; text: string };
  seen?: string;
  isDangerous?: boolean;
};

function actPage(frame: Frame, form: FormState, given: ActForm): Html {
  const { words } = frame;
  const body = html`<nav class="crumbs" aria-label="${words.t('nav.crumbs')}"><a href="${given.back.href}">${bdi(given.back.text)}</a></nav>
<h1>${given.title}</h1>
${errorSummary(words, form)}
<div class="prose">${given.text}</div>
<form class="act" method="post" action="${given.action}">
${given.seen === undefined ? nothing : html`<input type="hidden" name="seen" value="${given.seen}">`}
${given.fields}
<p class="acts"><button type="submit"${given.isDangerous ? html` class="danger"` : nothing}>${given.submit}</button>
${given.allTheSame ? html`<button type="submit" class="quiet" name="${given.allTheSame.name}" value="yes">${given.allTheSame.text}</button>` : nothing}
<a class="button quiet" href="${given.back.href}">${words.t('forms.cancel')}</a></p>
</form>`;
  return pageOf(frame, { title: given.title, body, failed: form.errors.length > 0 });
}

/** `seen`: the state of the record that the form was made from; what has changed since is not overwritten unseen. */
export type Person = { enrollment: string; name: string; seen: string };
const pathOf = ({ enrollment }: Person) => `/people/${enrollment}`;
const backTo = (person: Person) => ({ href: pathOf(person), text: person.name });

/** `isElsewhere`: the same person has an enrollment already, and one more must be meant. */
export type EnrollForm = FormState & { isElsewhere?: boolean };

/** `today`: no later day can be chosen. */
export function enrollPage(frame: Frame, form: EnrollForm, today: string): Html {
  const { words } = frame;
  const { t } = words;
  return actPage(frame, form, {
    title: t('enroll.title'),
    text: html`<p>${t('enroll.text')}</p>`,
    action: '/enroll',
    back: { href: '/cohort', text: t('nav.cohort') },
    fields: html`${nameField(frame, form)}${emailField(frame, form)}
${field(words, form, { name: 'id', label: t('enroll.id'), hint: t('enroll.id_hint'), required: true, maxlength: 128, spellcheck: false })}
${field(words, form, { name: 'enrolledOn', label: t('enroll.on'), hint: t('enroll.on_hint'), type: 'date', max: today, value: today })}`,
    submit: t('enroll.submit'),
    ...(form.isElsewhere && { allTheSame: { name: 'again', text: t('enroll.again') } }),
  });
}

export function correctionPage(frame: Frame, form: FormState, person: Person): Html {
  const { t } = frame.words;
  return actPage(frame, form, {
    title: t('correction.title'),
    text: html`<p>${t('correction.text')}</p>`,
    action: `${pathOf(person)}/correction`,
    back: backTo(person),
    seen: person.seen,
    fields: html`${nameField(frame, form)}${emailField(frame, form)}`,
    submit: t('correction.submit'),
  });
}

function nameField({ words }: Frame, form: FormState): Html {
  const { t } = words;
  return field(words, form, {
    name: 'name',
    label: t('enroll.name'),
    hint: t('enroll.name_hint'),
    required: true,
    maxlength: 240,
    dir: 'auto',
    spellcheck: false,
  });
}

function emailField({ words }: Frame, form: FormState): Html {
  const { t } = words;
  return field(words, form, {
    name: 'email',
    label: t('enroll.email'),
    hint: t('enroll.email_hint'),
    type: 'email',
    required: true,
    maxlength: 254,
    spellcheck: false,
  });
}

export function revocationPage(frame: Frame, form: FormState, person: Person & { credential: string }): Html {
  const { words } = frame;
  const { t } = words;
  return actPage(frame, form, {
    title: t('revoke.title'),
    text: html`<p>${words.rich('revoke.text', { name: bdi(person.name) })}</p>`,
    action: `${pathOf(person)}/revocation/${person.credential}`,
    back: backTo(person),
    seen: person.seen,
    fields: html`${choices(form, { name: 'code', label: t('revoke.code'), first: t('forms.choose'), of: revocationCodes.map((code) => ({ value: code, text: t(`revocation.${code.replaceAll('-', '_')}` as TextKey) })) })}
${field(words, form, { name: 'text', label: t('revoke.reason'), hint: t('revoke.reason_hint'), required: true, maxlength: 500 })}`,
    submit: t('revoke.submit'),
    isDangerous: true,
  });
}

export function reissuePage(frame: Frame, form: FormState, person: Person & { credential: string }): Html {
  const { words } = frame;
  const { t } = words;
  return actPage(frame, form, {
    title: t('reissue.title'),
    text: html`<p>${t('reissue.text')}</p>`,
    action: `${pathOf(person)}/reissue/${person.credential}`,
    back: backTo(person),
    seen: person.seen,
    fields: field(words, form, {
      name: 'name',
      label: t('reissue.name'),
      hint: t('enroll.name_hint'),
      value: person.name,
      required: true,
      maxlength: 240,
      dir: 'auto',
      spellcheck: false,
    }),
    submit: t('reissue.submit'),
  });
}

/** Only an administrator says where else it goes: a certificate's email leads to the certificate. */
export function resendPage(
  frame: Frame,
  form: FormState,
  person: Person & { delivery: string; isParked: boolean },
): Html {
  const { words, reader } = frame;
  const { t } = words;
  const mayReaddress = reader?.roles.has('administrator') ?? false;
  const text = person.isParked ? 'resend.text_parked' : 'resend.text';
  return actPage(frame, form, {
    title: t('resend.title'),
    text: html`<p>${t(mayReaddress ? text : 'resend.text_same')}</p>`,
    action: `${pathOf(person)}/resend/${person.delivery}`,
    back: backTo(person),
    seen: person.seen,
    fields: mayReaddress
      ? field(words, form, {
          name: 'email',
          label: t('resend.email'),
          hint: t('resend.email_hint'),
          type: 'email',
          maxlength: 254,
          spellcheck: false,
        })
      : nothing,
    submit: t('resend.submit'),
  });
}

export function leavingPage(frame: Frame, form: FormState, person: Person): Html {
  const { words } = frame;
  const { t } = words;
  return actPage(frame, form, {
    title: t('leaving.title'),
    text: html`<p>${words.rich('leaving.text', { name: bdi(person.name) })}</p>`,
    action: `${pathOf(person)}/leaving`,
    back: backTo(person),
    seen: person.seen,
    fields: html`${choices(form, { name: 'code', label: t('leaving.code'), first: t('forms.choose'), of: leavingCodes.map((code) => ({ value: code, text: t(`leaving_codes.${code.replaceAll('-', '_')}` as TextKey) })) })}
${field(words, form, { name: 'text', label: t('leaving.reason'), hint: t('leaving.reason_hint'), required: true, maxlength: 500 })}`,
    submit: t('leaving.submit'),
    isDangerous: true,
  });
}

export function resumptionPage(frame: Frame, form: FormState, person: Person): Html {
  const { words } = frame;
  const { t } = words;
  return actPage(frame, form, {
    title: t('resumption.title'),
    text: html`<p>${words.rich('resumption.text', { name: bdi(person.name) })}</p>`,
    action: `${pathOf(person)}/resumption`,
    back: backTo(person),
    seen: person.seen,
    fields: nothing,
    submit: t('resumption.submit'),
  });
}
