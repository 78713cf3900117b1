import type { Problem } from '../problem.ts';
import type { PageAnswer } from '../route.ts';
import { wordsFor } from './page-answer.ts';
import { troublePage } from './trouble-page.ts';

/** A problem as a page for people, in their language. It asks nothing of what may have failed. */
export function problemPage(problem: Problem, { url, headers }: Pick<Request, 'url' | 'headers'>): PageAnswer {
  const asked = new URL(url);
  const words = wordsFor({ url: asked, headers, origin: asked.origin });
  const frame = { words, path: '/', asset: (name: string) => `/web/${name}` };
  return { status: problem.status, html: troublePage(frame, problem), headers: { 'Content-Language': words.language } };
}
