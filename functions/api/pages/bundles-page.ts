import { html, raw } from 'hono/html';
import { type BundleLine, bundleKinds } from './bundles-model.ts';
import { choices, type FormState, field } from './form-field.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { mark, type Tone } from './standing-mark.ts';

export type Bundles = { form: FormState; own: readonly BundleLine[] };

/** Where an auditor asks for a bundle, and finds those that were asked for. */
export function bundlesSection(words: Words, { form, own }: Bundles, timeZone: string): Html {
  const { t } = words;
  return html`<section class="proofs" aria-labelledby="bundles"><h2 id="bundles">${t('bundles.title')}</h2>
<p>${t('bundles.text')}</p>
${own.length === 0 ? nothing : ownBundles(words, own, timeZone)}
<details${form.errors.length > 0 ? raw(' open') : nothing}><summary>${t('bundles.ask')}</summary>${bundleForm(words, form)}</details></section>`;
}

/** Which fields go with which choice their hints say: it works without scripts. */
function bundleForm(words: Words, form: FormState): Html {
  const { t } = words;
  const kinds = Object.keys(bundleKinds).map((kind) => ({ value: kind, text: t(`bundles.${kind}` as TextKey) }));
  return html`<form class="act" method="post" action="/records">
${choices(form, { name: 'bundle', label: t('bundles.what'), first: t('forms.choose'), of: kinds })}
${field(words, form, { name: 'enrollment', label: t('bundles.id'), hint: t('bundles.id_hint'), maxlength: 64, spellcheck: false })}
<div class="pair">${field(words, form, { name: 'since', label: t('bundles.since'), hint: t('bundles.days_hint'), type: 'date' })}
${field(words, form, { name: 'until', label: t('bundles.until'), hint: t('bundles.days_hint'), type: 'date' })}</div>
<div class="pair">${field(words, form, { name: 'size', label: t('bundles.size'), hint: t('bundles.size_hint'), type: 'number', min: '1', max: '10000' })}
${field(words, form, { name: 'seed', label: t('bundles.seed'), hint: t('bundles.seed_hint'), maxlength: 100, spellcheck: false })}</div>
${field(words, form, { name: 'email', label: t('bundles.email'), hint: t('bundles.email_hint'), type: 'email', maxlength: 254, spellcheck: false })}
<p class="acts"><button type="submit">${t('bundles.submit')}</button></p></form>`;
}

const tones: Record<BundleLine['standing'], Tone> = {
  queued: 'calm',
  running: 'calm',
  done: 'good',
  gone: 'calm',
  failed: 'bad',
};

function ownBundles(words: Words, own: readonly BundleLine[], timeZone: string): Html {
  const { t } = words;
  return html`<h3>${t('bundles.own')}</h3>
<ul class="rows">${own.map(
    (
      bundle,
    ) => html`<li><span>${mark(tones[bundle.standing], t(`bundles.${bundle.standing}`))} ${scopeText(words, bundle)}
<time datetime="${bundle.requestedAt}">${words.moment(bundle.requestedAt, timeZone)}</time></span>
${bundle.standing === 'done' ? html`<a href="/exports/${bundle.exportId}">${t('bundles.fetch')}</a>` : nothing}</li>`,
  )}</ul>
${fingerprints(words, own)}`;
}

function scopeText(words: Words, { scope }: BundleLine): Html {
  switch (scope.kind) {
    case 'program':
      return html`${words.t('bundles.program')}`;
    case 'enrollment':
      return html`${words.rich('bundles.of_enrollment', { enrollment: html`<code>${scope.enrollment}</code>` })}`;
    case 'sample':
      return html`${words.rich('bundles.of_sample', { size: scope.size, seed: bdi(scope.seed) })}`;
    default:
      return html`${words.t(scope.kind === 'issued' ? 'bundles.of_issued' : 'bundles.of_completed', { from: words.day(scope.from), to: words.day(scope.to) })}`;
  }
}

/** Told here and not only beside the bundle: one who forged it would have put in a key of their own. */
function fingerprints(words: Words, own: readonly BundleLine[]): Html {
  const told = new Set(own.flatMap(({ standing, fingerprint }) => (standing === 'done' ? (fingerprint ?? []) : [])));
  return html`${[...told].map((fingerprint) => html`<p class="hint">${words.t('bundles.fingerprint')} <code class="hash">${fingerprint}</code></p>`)}`;
}
