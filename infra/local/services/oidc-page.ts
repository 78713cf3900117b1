import { createHash } from 'node:crypto';
import { type Persona, personaKey, shownApprentices } from './oidc-personas.ts';
import { escapeMarkup } from './xml.ts';

const style = `
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1d2733; --soft: #566373; --line: #d9d5cb; --accent: #1b5e6b; --tint: #e7f1f2; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --card: #1d242c; --ink: #edeff1; --soft: #a9b4c0; --line: #37414c; --accent: #7fc7d3; --tint: #1f343a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font: 600 1.75rem/1.2 Georgia, "Times New Roman", serif; margin: 0 0 .5rem; }
h2 { font: 600 1.25rem/1.3 Georgia, "Times New Roman", serif; margin: 2.5rem 0 .25rem; }
h3 { font-size: .875rem; margin: 1.25rem 0 .5rem; color: var(--soft); font-weight: 600; }
p { margin: .25rem 0; max-width: 40rem; }
.soft { color: var(--soft); }
.note { border-inline-start: 3px solid var(--accent); padding-inline-start: .75rem; margin-block: 1rem; }
ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem; }
button { width: 100%; height: 100%; min-height: 3.5rem; text-align: start; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .625rem .875rem; cursor: pointer; display: flex; flex-direction: column; justify-content: flex-start; }
button i { font-style: normal; white-space: nowrap; }
button:hover { border-color: var(--accent); background: var(--tint); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button b, button span { display: block; overflow-wrap: anywhere; }
button span { color: var(--soft); font-size: .875rem; }
.other { margin-top: 1rem; }
.other label { font-weight: 600; font-size: .875rem; }
.other p { font-size: .875rem; margin: 0 0 .375rem; }
.other div { display: flex; flex-wrap: wrap; gap: .5rem; }
.other input { flex: 1 1 12rem; max-width: 24rem; min-width: 0; min-height: 2.75rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .5rem; padding: .25rem .875rem; }
.other input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.other button { width: auto; height: auto; min-height: 2.75rem; padding-block: .375rem; justify-content: center; }
code { overflow-wrap: anywhere; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * The headers of both pages: nothing but their own style, in no frame. `sendsTo`: where choosing leads to, which some browsers want
 * named beside this issuer itself.
 */
export function pageHeaders(sendsTo?: string): Record<string, string> {
  const forms = sendsTo === undefined ? "'none'" : `'self' ${new URL(sendsTo).origin}`;
  return {
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${forms}; frame-ancestors 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
    // With none at all, a browser would not say on whose page its form was.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

/** Who stands under which heading. */
const groups: Record<string, readonly string[]> = {
  Office: ['administrator', 'auditor', 'operator'],
  Assessors: ['assessor'],
  Apprentices: ['apprentice'],
};

/**
 * Who do you want to be: a button for each persona, by program and role. A plain form, without a script.
 *
 * @param carried the request's parameters, which the form sends along
 */
export function signInPage(personas: readonly Persona[], carried: readonly [string, string][]): string {
  const hidden = carried
    .map(([name, value]) => `<input type="hidden" name="${escapeMarkup(name)}" value="${escapeMarkup(value)}">`)
    .join('');
  const programs = [...new Set(personas.map(({ program }) => program))];
  const sections = programs.map((program) =>
    programSection(
      personas.filter((each) => each.program === program),
      hidden,
    ),
  );
  return page(
    'Sign in',
    `<h1>Who are you today?</h1>
<p class="soft">This page takes the place of the sign-in page on this machine. There are no passwords: choose somebody, and the app takes you for them for an hour.</p>
<p class="soft">“Sample” marks people of made-up records, “stand-in” a role that no record names anybody for.</p>
${sections.join('\n')}`,
  );
}

function programSection(personas: readonly Persona[], hidden: string): string {
  const [first] = personas;
  if (!first) return '';
  const heading = `program-${escapeMarkup(first.program)}`;
  const note = first.isLoaded
    ? ''
    : `<p class="note">This program is not in the table yet, so that nobody but stand-ins is here: <code>npm run cli -- program load data/programs/${escapeMarkup(first.program)}.json</code></p>`;
  const lists = Object.entries(groups).map(([title, roles]) => {
    const buttons = personas.filter(({ role }) => roles.includes(role)).map(personaButton);
    const id = `${heading}-${title.toLowerCase()}`;
    return buttons.length === 0
      ? ''
      : `<h3 id="${id}">${title}</h3>\n<ul aria-labelledby="${id}">${buttons.join('\n')}</ul>`;
  });
  const hasApprentices = personas.some(({ role }) => role === 'apprentice');
  return `<section aria-labelledby="${heading}"><h2 id="${heading}">${escapeMarkup(first.programName)}</h2>${note}
${form(hidden, lists.join('\n'))}
${hasApprentices ? form(hidden, somebodyElse(first), 'other') : ''}</section>`;
}

const form = (hidden: string, fields: string, of = 'shown') =>
  `<form class="${of}" method="post" action="/oauth2/authorize">${hidden}${fields}</form>`;

/** Whoever is not among those shown: a form of its own, since Enter in a field presses the first button of its form. */
function somebodyElse({ program }: Persona): string {
  const id = `other-${escapeMarkup(program)}`;
  return `<label for="${id}">Somebody else’s id</label><p class="soft" id="${id}-hint">Here are ${shownApprentices} at the most, those whose records changed last. Any other apprentice of this program: by their id.</p>
<div><input id="${id}" name="id" required maxlength="128" spellcheck="false" autocapitalize="none" autocomplete="off" aria-describedby="${id}-hint">
<button name="persona" value="${escapeMarkup(program)}:apprentice:">Be them</button></div>`;
}

function personaButton(persona: Persona): string {
  const mark = persona.kind === 'record' ? '' : ` · <i>${persona.kind}</i>`;
  return `<li><button name="persona" value="${escapeMarkup(personaKey(persona))}"><b dir="auto">${escapeMarkup(persona.name)}</b><span>${escapeMarkup(persona.about)}${mark}</span></button></li>`;
}

/** Something that a person must be told, since there is nobody to send them back to. */
export function noticePage(title: string, message: string): string {
  return page(title, `<h1>${escapeMarkup(title)}</h1><p>${escapeMarkup(message)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeMarkup(title)} · Journeypaper on this machine</title><style>${style}</style></head>
<body><main>${body}</main></body>
</html>
`;
}
