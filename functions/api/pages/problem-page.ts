import { roles } from '../caller.ts';
import type { Problem } from '../problem.ts';
import type { PageAnswer, Route } from '../route.ts';
import { languageHeaders, type PageRequest, readerOf, whoIsSignedIn, wordsFor } from './page-answer.ts';
import { troublePage } from './trouble-page.ts';

/**
 * A problem as a page for people, in their language, with who is signed in. After a fault of ours it asks nothing of what
 * may have failed, and shows nobody.
 *
 * @param request its `origin` is what people reach us under: what their cookies are called goes by it
 */
export async function problemPage(
  problem: Problem,
  request: Omit<PageRequest, 'who'>,
  access: Route['access'] = 'public',
): Promise<PageAnswer> {
  const words = wordsFor(request);
  const who = problem.status < 500 ? await whoIsSignedIn(request) : undefined;
  const frame = { words, path: '/', asset: (name: string) => `/web/${name}`, reader: readerOf(who) };
  // An act that keeps a field from a role names the field: the page itself is for that role too.
  const isOfTheRole = problem.code === 'caller.forbidden' && problem.field === undefined;
  const allowed = isOfTheRole && access !== 'public' ? roles.filter((role) => access[role] !== undefined) : [];
  return {
    status: problem.status,
    html: troublePage(frame, problem, allowed),
    headers: languageHeaders(words.language),
  };
}
