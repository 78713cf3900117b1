import { html } from 'hono/html';
import { type Frame, pageOf, placesOf } from './frame.ts';
import type { TextKey } from './language.ts';
import { bdi, type Html } from './markup.ts';

/** Where everybody begins: what this is, or what one's roles open. */
export function homePage(frame: Frame, program: { name: string; sponsor: string } | undefined): Html {
  return frame.reader ? ownHome(frame, frame.reader, program) : publicHome(frame);
}

function publicHome(frame: Frame): Html {
  const { t } = frame.words;
  const body = html`<div class="hero"><h1>${t('home.title')}</h1><p class="lead">${t('home.lead')}</p>
<p class="acts"><a class="button" href="/v">${t('home.verify')}</a> <a class="button quiet" href="/sign-in">${t('nav.sign_in')}</a></p></div>
<div class="cards">${(['apprentice', 'assessor', 'employer'] as const).map(
    (who) => html`<section class="sheet"><h2>${t(`home.${who}_title`)}</h2><p>${t(`home.${who}_text`)}</p></section>`,
  )}</div>`;
  return pageOf(frame, { title: t('home.title'), body });
}

function ownHome(
  frame: Frame,
  reader: NonNullable<Frame['reader']>,
  program: { name: string; sponsor: string } | undefined,
): Html {
  const { words } = frame;
  const { t } = words;
  const places = placesOf(reader.roles);
  const body = html`${program ? html`<p class="eyebrow">${bdi(program.sponsor)}</p>` : ''}
<h1>${words.rich('home.welcome', { name: bdi(reader.name) })}</h1>
<div class="cards">${[
    ...places.map(({ path, key }) => ({ path, key, text: `home${path.replace('/', '_')}` })),
    { path: '/v', key: 'nav.verify' as const, text: 'home_v' },
  ].map(
    ({ path, key, text }) =>
      html`<section class="sheet"><h2><a href="${path}">${t(key)}</a></h2><p>${t(`home.${text}` as TextKey)}</p></section>`,
  )}</div>`;
  return pageOf(frame, { title: t('home.own_title'), body });
}

/** Before the way to the organisation's own sign-in. */
export function signInPage(frame: Frame, next: string | undefined, failed?: 'failed' | 'expired'): Html {
  const { t } = frame.words;
  const onward = next === undefined ? '/sign-in/continue' : `/sign-in/continue?to=${encodeURIComponent(next)}`;
  const body = html`<div class="narrow sheet"><h1>${t('sign_in.title')}</h1>
${failed ? html`<div class="notice refused" role="alert"><p>${t(`sign_in.${failed}`)}</p></div>` : ''}
<p>${t('sign_in.text')}</p>
<p><a class="button" href="${onward}">${t('sign_in.continue')}</a></p>
<p class="hint">${t('sign_in.cookies')}</p></div>`;
  return pageOf(frame, { title: t('sign_in.title'), body, failed: failed !== undefined });
}

/** `everywhere`: where the issuer's own session ends, if it has such a page. */
export function signedOutPage(frame: Frame, everywhere: string | undefined): Html {
  const { t } = frame.words;
  const body = html`<div class="narrow sheet"><h1>${t('sign_in.out_title')}</h1><p>${t('sign_in.out_text')}</p>
<p class="acts"><a class="button" href="/sign-in">${t('nav.sign_in')}</a> ${everywhere === undefined ? '' : html`<a class="button quiet" href="${everywhere}">${t('sign_in.out_everywhere')}</a>`} <a href="/">${t('nav.home')}</a></p></div>`;
  return pageOf(frame, { title: t('sign_in.out_title'), body });
}
