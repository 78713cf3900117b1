import { html, raw } from 'hono/html';
import { languages, type TextKey, type Words, wordsOf } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';

export type PageRole = 'administrator' | 'assessor' | 'apprentice' | 'auditor' | 'operator';

/** What every page shows around its content. */
export type Frame = {
  words: Words;
  /** Path and query of this page, as a link may lead to it. */
  path: string;
  /** Where a static file lies, its content's hash in the address. */
  asset: (name: string) => string;
  /** Who is signed in. */
  reader?: { name: string; roles: ReadonlySet<PageRole> } | undefined;
  /** What became of the form that was sent before. */
  notice?: Notice | undefined;
};

/** `code`: a refusal's; its text is in the texts where they have it. */
export type Notice = { kind: 'done'; key: TextKey } | { kind: 'refused'; code: string };

export type PageContent = {
  title: string;
  body: Html;
  /** Scripts that make the page better; it works without them. */
  scripts?: readonly string[];
  /** Wider than a text column: tables. */
  wide?: boolean;
  /** A mistake is told in the title, so that it is heard first. */
  failed?: boolean;
};

type Place = { path: string; key: TextKey; roles: readonly PageRole[] };

const places: readonly Place[] = [
  { path: '/cohort', key: 'nav.cohort', roles: ['administrator', 'operator'] },
  { path: '/assess', key: 'nav.assess', roles: ['assessor'] },
  { path: '/me', key: 'nav.me', roles: ['apprentice'] },
  { path: '/records', key: 'nav.records', roles: ['auditor', 'administrator'] },
];

/** The pages that somebody's roles open to them. */
export function placesOf(roles: ReadonlySet<PageRole>): readonly Place[] {
  return places.filter((place) => place.roles.some((role) => roles.has(role)));
}

/** A whole document. */
export function pageOf(frame: Frame, content: PageContent): Html {
  const { words, asset } = frame;
  const { t, language } = words;
  const title = content.failed ? t('frame.failed_title', { title: content.title }) : content.title;
  return html`${raw('<!doctype html>')}
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${title} · Journeypaper</title>
<link rel="icon" href="${asset('mark.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${asset('style.css')}">
${['forms.js', ...(content.scripts ?? [])].map((name) => html`<script type="module" src="${asset(name)}"></script>`)}
</head>
<body>
<a class="skip" href="#main">${t('frame.skip')}</a>
${header(frame)}
<main id="main" tabindex="-1" class="${content.wide ? 'wide' : 'column'}">
${frame.notice ? notice(words, frame.notice) : nothing}
${content.body}
</main>
${footer(frame)}
</body>
</html>`;
}

function header({ words: { t }, asset, reader, path }: Frame): Html {
  const here = path.split('?')[0] ?? '';
  const links = reader ? placesOf(reader.roles) : [];
  return html`<header class="masthead">
<div class="inner">
<a class="brand" href="/"><img src="${asset('mark.svg')}" alt="" width="28" height="28"><span>Journeypaper</span></a>
<nav aria-label="${t('nav.label')}"><ul>
${links.map((place) => navLink(place.path, t(place.key), here))}
${navLink('/v', t('nav.verify'), here)}
</ul></nav>
${
  reader
    ? html`<form class="reader" method="post" action="/sign-out"><span class="who">${bdi(reader.name)}</span>
<button class="quiet" type="submit">${t('nav.sign_out')}</button></form>`
    : html`<a class="reader" href="/sign-in">${t('nav.sign_in')}</a>`
}
</div>
</header>`;
}

function navLink(path: string, text: string, here: string): Html {
  const within = here === path || here.startsWith(`${path}/`);
  return html`<li><a href="${path}"${within ? raw(' aria-current="page"') : nothing}>${text}</a></li>`;
}

function footer({ words, path }: Frame): Html {
  return html`<footer class="foot">
<div class="inner">
<p>${words.t('frame.not_the_agency')}</p>
<nav aria-label="${words.t('frame.languages')}"><ul>
${languages.map((language) => {
  const own = wordsOf(language).t('frame.own_name');
  return language === words.language
    ? html`<li><span aria-current="true" lang="${language}">${own}</span></li>`
    : html`<li><a href="${withLanguage(path, language)}" lang="${language}" hreflang="${language}">${own}</a></li>`;
})}
</ul></nav>
</div>
</footer>`;
}

function withLanguage(path: string, language: string): string {
  const [place = '/', query = ''] = path.split('?');
  const asked = new URLSearchParams(query);
  asked.set('lang', language);
  return `${place}?${asked}`;
}

function notice(words: Words, given: Notice): Html {
  if (given.kind === 'done') return html`<div class="notice done" role="status"><p>${words.t(given.key)}</p></div>`;
  return html`<div class="notice refused" role="alert"><p>${refusalText(words, given.code)}</p></div>`;
}

/** A refusal in the reader's language; a code that the texts do not have is told as it is. */
export function refusalText(words: Words, code: string): string {
  return words.find(`refusals.${code.replaceAll(/[.-]/g, '_')}`) ?? words.t('refusals.other', { code });
}
