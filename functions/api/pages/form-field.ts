import { html, raw } from 'hono/html';
import type { TextKey, Words } from './language.ts';
import { type Html, nothing } from './markup.ts';

/** What a form was sent with and what is wrong with it, by field. */
export type FormState = {
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
};
/** `field`: the name of a field of the form; without one the mistake is the whole form's. */
export type FieldError = { field?: string | undefined; message: string };

export const emptyForm: FormState = { values: {}, errors: [] };

type Field = {
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'email' | 'date' | 'number' | 'search';
  required?: boolean;
  /** What a browser may fill in: a purpose of WCAG 1.3.5. */
  autocomplete?: string;
  maxlength?: number;
  rows?: number;
  dir?: 'auto';
  spellcheck?: false;
  min?: string;
  max?: string;
  step?: string;
  value?: string;
};

/** A label, a hint, the mistake if there is one, and the field: tied together for a screen reader. */
export function field({ t }: Words, form: FormState, given: Field): Html {
  const error = form.errors.find(({ field: name }) => name === given.name);
  const value = form.values[given.name] ?? given.value ?? '';
  const id = `field-${given.name}`;
  const told = [...(given.hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])].join(' ');
  const shared = html`id="${id}" name="${given.name}"${attribute('aria-describedby', told)}${attribute('autocomplete', given.autocomplete)}${attribute('maxlength', given.maxlength)}${attribute('dir', given.dir)}${given.spellcheck === false ? raw(' spellcheck="false"') : nothing}${given.required ? raw(' required') : nothing}${error ? raw(' aria-invalid="true"') : nothing}`;
  return html`<div class="field${error ? ' wrong' : ''}">
<label for="${id}">${given.label}${given.required ? nothing : html` <span class="optional">${t('forms.optional')}</span>`}</label>
${given.hint ? html`<p class="hint" id="${id}-hint">${given.hint}</p>` : nothing}
${error ? html`<p class="error" id="${id}-error">${error.message}</p>` : nothing}
${
  given.rows
    ? html`<textarea ${shared} rows="${given.rows}">${value}</textarea>`
    : html`<input ${shared} type="${given.type ?? 'text'}" value="${value}"${attribute('min', given.min)}${attribute('max', given.max)}${attribute('step', given.step)}>`
}
</div>`;
}

type Choice = { value: string; text: string; group?: string };

/** A list to choose one from; choices of one group stand together. */
export function choices(
  form: FormState,
  given: { name: string; label: string; hint?: string; first?: string; of: readonly Choice[] },
): Html {
  const error = form.errors.find(({ field: name }) => name === given.name);
  const chosen = form.values[given.name] ?? '';
  const id = `field-${given.name}`;
  const groups = [...new Set(given.of.map(({ group }) => group))];
  const option = ({ value, text }: Choice) =>
    html`<option value="${value}"${value === chosen ? raw(' selected') : nothing}>${text}</option>`;
  const told = [...(given.hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])].join(' ');
  return html`<div class="field${error ? ' wrong' : ''}">
<label for="${id}">${given.label}</label>
${given.hint ? html`<p class="hint" id="${id}-hint">${given.hint}</p>` : nothing}
${error ? html`<p class="error" id="${id}-error">${error.message}</p>` : nothing}
<select id="${id}" name="${given.name}" required${attribute('aria-describedby', told)}${error ? raw(' aria-invalid="true"') : nothing}>
${given.first === undefined ? nothing : html`<option value="">${given.first}</option>`}
${groups.map((group) => {
  const own = given.of.filter((choice) => choice.group === group).map(option);
  return group === undefined ? own : html`<optgroup label="${group}">${own}</optgroup>`;
})}
</select>
</div>`;
}

/** What fields are called where a mistake is told apart from its field. */
const labels: Readonly<Record<string, TextKey>> = {
  name: 'enroll.name',
  email: 'enroll.email',
  id: 'enroll.id',
  enrolledOn: 'enroll.on',
  requirement: 'evidence.requirement',
  occurredOn: 'evidence.occurred',
  attestation: 'evidence.attestation',
  pointer: 'evidence.pointer',
  hours: 'evidence.hours',
  issuer: 'evidence.issuer',
  number: 'evidence.number',
  issuedOn: 'evidence.issued_on',
  expiresOn: 'evidence.expires_on',
  from: 'records.from',
  to: 'records.to',
  bundle: 'bundles.what',
  enrollment: 'bundles.id',
  since: 'bundles.since',
  until: 'bundles.until',
  size: 'bundles.size',
  seed: 'bundles.seed',
};

/** Everything that is wrong, first on the page, each leading to its field and naming it. */
export function errorSummary(words: Words, { errors }: FormState): Html {
  if (errors.length === 0) return nothing;
  const item = ({ field: name, message }: FieldError) => {
    if (name === undefined) return html`<li>${message}</li>`;
    const label = labels[name];
    return html`<li><a href="#field-${name}">${label ? `${words.t(label)}: ${message}` : message}</a></li>`;
  };
  return html`<div class="notice refused" role="alert" tabindex="-1" id="errors" aria-labelledby="errors-title">
<h2 id="errors-title">${words.t('forms.errors')}</h2>
<ul>${errors.map(item)}</ul>
</div>`;
}

function attribute(name: string, value: string | number | undefined): Html {
  return value === undefined || value === '' ? nothing : html` ${raw(name)}="${value}"`;
}
