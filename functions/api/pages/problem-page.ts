import { roles } from '../caller.ts';
import type { Problem } from '../problem.ts';
import type { PageAnswer, Route } from '../route.ts';
import { languageHeaders, wordsFor } from './page-answer.ts';
import { troublePage } from './trouble-page.ts';

/**
 * A problem as a page for people, in their language. It asks nothing of what may have failed.
 *
 * @param origin that people reach us under: what their cookies are called goes by it
 */
export function problemPage(
  problem: Problem,
  { url, headers }: Pick<Request, 'url' | 'headers'>,
  origin: string,
  access: Route['access'] = 'public',
): PageAnswer {
  const words = wordsFor({ url: new URL(url), headers, origin });
  const frame = { words, path: '/', asset: (name: string) => `/web/${name}` };
  // An act that keeps a field from a role names the field: the page itself is for that role too.
  const isOfTheRole = problem.code === 'caller.forbidden' && problem.field === undefined;
  const allowed = isOfTheRole && access !== 'public' ? roles.filter((role) => access[role] !== undefined) : [];
  return {
    status: problem.status,
    html: troublePage(frame, problem, allowed),
    headers: languageHeaders(words.language),
  };
}
