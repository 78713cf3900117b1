import { html } from 'hono/html';
import { type Frame, type PageRole, pageOf, refusalText } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import { type Html, nothing } from './markup.ts';

/** What stood in the way, as people meet it. `refused`: an act's refusal, told by its code. */
export type Trouble =
  | 'not_allowed'
  | 'not_found'
  | 'not_sent_here'
  | 'refused'
  | 'too_large'
  | 'too_many'
  | 'stale'
  | 'unavailable'
  | 'fault';

/** What a problem's status and code are to somebody in front of a page. */
export function troubleOf({ status, code }: { status: number; code: string }): Trouble {
  if (code === 'request.cross-site') return 'not_sent_here';
  // An assessor whom a rule keeps from assessing has the role.
  if (status === 403) return code.startsWith('assessment.') ? 'refused' : 'not_allowed';
  // An id or a cursor that cannot be one: an address that leads nowhere.
  if (status === 400 || status === 404 || status === 405) return 'not_found';
  if (status === 412) return 'stale';
  if (status === 413 || status === 414) return 'too_large';
  if (status === 429) return 'too_many';
  if (status === 503) return 'unavailable';
  return status >= 500 ? 'fault' : 'refused';
}

/**
 * A page for what did not go: what happened, what to do, and a code to quote when asking for help.
 *
 * @param allowed the roles that the page is for, where that is what stood in the way
 */
export function troublePage(
  frame: Frame,
  problem: { status: number; code: string },
  allowed: readonly PageRole[] = [],
): Html {
  const { words } = frame;
  const { t } = words;
  const trouble = troubleOf(problem);
  const title = t(`trouble.${trouble}_title`);
  const text = trouble === 'refused' ? refusalText(words, problem.code) : t(`trouble.${trouble}_text` as TextKey);
  const body = html`<div class="narrow sheet"><h1>${title}</h1><p>${text}</p>
${allowed.length === 0 ? nothing : html`<p>${t('trouble.not_allowed_roles', { roles: rolesText(words, allowed) })}</p>`}
<p class="hint">${words.rich('trouble.code', { code: html`<code>${problem.code}</code>` })}</p>
<p class="acts"><a class="button" href="/">${t('nav.home')}</a></p></div>`;
  return pageOf(frame, { title, body, failed: true });
}

function rolesText({ t, language }: Words, allowed: readonly PageRole[]): string {
  const list = new Intl.ListFormat(language, { type: 'disjunction' });
  return list.format(allowed.map((role) => t(`actors.${role}`)));
}
