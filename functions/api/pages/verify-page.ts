import { html } from 'hono/html';
import { type Frame, pageOf } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { groupedCode } from './verify-code.ts';
import type { Verification, VerifiedCertificate } from './verify-model.ts';

/** Where a code is typed in. */
export function verifyForm(frame: Frame): Html {
  const { words } = frame;
  const body = html`<h1>${words.t('verify.form_title')}</h1>
<p class="lead">${words.t('verify.form_lead')}</p>
${codeForm(words)}
<section class="sheet quietly"><h2>${words.t('verify.what_title')}</h2>
<p>${words.t('verify.what_text')}</p></section>`;
  return pageOf(frame, { title: words.t('verify.form_title'), body });
}

/** What is known of a code. The unknown and the malformed read alike. */
export function verifyPage(frame: Frame, verification: Verification): Html {
  switch (verification.outcome) {
    case 'unknown':
      return unknownPage(frame);
    case 'altered':
      return alteredPage(frame);
    case 'found':
      return foundPage(frame, verification.certificate);
  }
}

function unknownPage(frame: Frame): Html {
  const { words } = frame;
  const { t } = words;
  const body = html`<div class="verdict bad"><p class="stamp" aria-hidden="true">?</p>
<div><h1>${t('verify.unknown_title')}</h1><p>${t('verify.unknown_text')}</p></div></div>
<h2>${t('verify.again')}</h2>
${codeForm(words)}`;
  return pageOf(frame, { title: t('verify.unknown_title'), body });
}

/** It says nothing of the paper in front of somebody, which may be genuine: what does not fit is ours. */
function alteredPage(frame: Frame): Html {
  const { words } = frame;
  const { t } = words;
  const body = html`<div class="verdict bad"><p class="stamp" aria-hidden="true">!</p>
<div><h1>${t('verify.altered_title')}</h1><p>${t('verify.altered_text')}</p></div></div>
<section class="sheet quietly"><h2>${t('verify.altered_next_title')}</h2>
<p>${t('verify.altered_next_text')}</p></section>
<h2>${t('verify.again')}</h2>
${codeForm(words)}`;
  return pageOf(frame, { title: t('verify.altered_title'), body });
}

function codeForm({ t }: Words): Html {
  return html`<form class="code" method="get" action="/v">
<div class="field"><label for="code">${t('verify.code')}</label>
<p class="hint" id="code-hint">${t('verify.code_hint')}</p>
<input id="code" name="code" type="text" required maxlength="60" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-hint"></div>
<button type="submit">${t('verify.check')}</button>
</form>`;
}

const tones = { 'in-force': 'good', suspended: 'watch', superseded: 'watch', revoked: 'bad' } as const;
const signs = { 'in-force': '✓', suspended: '!', superseded: '→', revoked: '×' } as const;
const titles = {
  'in-force': 'verify.in_force_title',
  suspended: 'verify.suspended_title',
  superseded: 'verify.superseded_title',
  revoked: 'verify.revoked_title',
} as const satisfies Record<string, TextKey>;

function foundPage(frame: Frame, certificate: VerifiedCertificate): Html {
  const { words } = frame;
  const { t } = words;
  const { state } = certificate.standing;
  const body = html`<div class="verdict ${tones[state]}"><p class="stamp" aria-hidden="true">${signs[state]}</p>
<div><h1>${t(titles[state])}</h1>${standing(words, certificate)}</div></div>
${paper(words, certificate)}
${ownCheck(words, certificate)}
<section class="proofs"><h2>${t('verify.limits_title')}</h2>
<ul><li>${t('verify.limit_agency', { sponsor: certificate.sponsor })}</li><li>${t('verify.limit_person')}</li><li>${t('verify.limit_now')}</li></ul></section>`;
  return pageOf(frame, { title: t(titles[state]), body, scripts: ['verify-pdf.js'] });
}

function standing(words: Words, { standing: now, sponsor, timeZone }: VerifiedCertificate): Html {
  const { t } = words;
  const at = (instant: string | undefined) =>
    instant === undefined ? t('verify.unknown_time') : words.moment(instant, timeZone);
  switch (now.state) {
    case 'in-force':
      return html`<p>${t('verify.in_force_text', { sponsor })}</p>`;
    case 'suspended':
      return html`<p>${t('verify.suspended_text', { since: at(now.since) })}</p>`;
    case 'superseded':
      return html`<p>${t('verify.superseded_text', { at: at(now.at) })}</p>
${now.successor === undefined ? nothing : html`<p><a class="button" href="/v/${now.successor}">${t('verify.successor')}</a></p>`}`;
    case 'revoked':
      return html`<p>${t('verify.revoked_text', { at: at(now.at) })}</p>
<p><strong>${t('verify.reason')}</strong> ${now.code === undefined ? nothing : html`${reason(words, now.code)}. `}${now.text === undefined ? nothing : bdi(now.text)}</p>`;
  }
}

function reason(words: Words, code: string): string {
  return words.find(`revocation.${code.replaceAll('-', '_')}`) ?? code;
}

function paper(words: Words, certificate: VerifiedCertificate): Html {
  const { t } = words;
  const { achievement } = certificate;
  const what =
    achievement.text === undefined
      ? html`${t('verify.some_part')}`
      : html`${achievement.of === 'part' ? html`${t('verify.part')} ` : nothing}${bdi(achievement.text)}`;
  return html`<section class="sheet paper" aria-labelledby="paper-title">
<h2 id="paper-title" class="eyebrow">${t('verify.paper_title')}</h2>
<p class="holder">${bdi(certificate.name)}</p>
<dl class="facts">
<div><dt>${t('verify.achievement')}</dt><dd>${what}</dd></div>
<div><dt>${t('verify.program')}</dt><dd>${bdi(certificate.program)}</dd></div>
<div><dt>${t('verify.issuer')}</dt><dd>${bdi(certificate.sponsor)}</dd></div>
<div><dt>${t('verify.completed_on')}</dt><dd><time datetime="${certificate.completedOn}">${words.day(certificate.completedOn)}</time></dd></div>
<div><dt>${t('verify.issued_on')}</dt><dd><time datetime="${certificate.issuedOn}">${words.day(certificate.issuedOn)}</time></dd></div>
<div><dt>${t('verify.code')}</dt><dd><code class="codetext">${groupedCode(certificate.code)}</code></dd></div>
</dl>
<p class="hint">${t('verify.compare')}</p>
</section>`;
}

const verdicts = [
  'reading',
  'too_large',
  'not_pdf',
  'hash_same',
  'hash_other',
  'signature_none',
  'signature_good',
  'signature_bad',
  'signature_unknown',
  'range_part',
  'key_same',
  'key_other',
  'fingerprint',
  'sum_good',
  'sum_bad',
  'sum_partly',
  'sum_record',
  'unable',
] as const;

/** The file is never sent: what compares it runs in the page, with what the record says of it beside it. */
function ownCheck({ t }: Words, { document, record }: VerifiedCertificate): Html {
  return html`<section class="proofs" aria-labelledby="own-check"><h2 id="own-check">${t('verify.pdf_title')}</h2>
<p>${t('verify.pdf_lead')}</p>
<div class="drop" id="pdf-check" hidden data-hash="${document.hash}" data-statement="${record.statement}" data-signature="${record.signature}">
<label for="pdf-file"><span>${t('verify.pdf_choose')}</span></label>
<input id="pdf-file" type="file" accept="application/pdf,.pdf">
<p class="hint">${t('verify.pdf_stays')}</p>
<div id="pdf-answer" role="status"></div>
<ul id="pdf-words" hidden>${verdicts.map((name) => html`<li data-word="${name}">${t(`pdf.${name}`)}</li>`)}</ul>
</div>
<details><summary>${t('verify.by_hand')}</summary>
<p>${t('verify.by_hand_hash')}</p>
<p><code class="hash">${document.hash}</code></p>
<pre tabindex="0"><code>sha256sum certificate.pdf
pdfsig certificate.pdf</code></pre>
<p>${t('verify.by_hand_signature')}</p>
</details></section>`;
}
