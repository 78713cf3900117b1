import { type Caller, callerOf, findToken } from '../caller.ts';
import { cookie, cookieName, readCookie, sessionCookieName } from '../cookies.ts';
import type { AnswerHeaders, Call, PageAnswer, PlainAnswer } from '../route.ts';
import type { Frame, Notice } from './frame.ts';
import { chooseLanguage, isTextKey, type Language, type TextKey, type Words, wordsOf } from './language.ts';
import type { Html } from './markup.ts';

/** What a page needs of a request, whatever route it is for. */
export type PageRequest = Pick<AnyCall, 'ports' | 'settings' | 'origin' | 'url' | 'headers'> & {
  who: Pick<Caller, 'name' | 'actor' | 'roles'> | undefined;
};
type AnyCall = Call<'public', unknown, unknown, unknown>;

const year = 365 * 24 * 3600;
const noticeSeconds = 60;

/** The words of the language that a request asks for, by its address, its cookie or its browser. */
export function wordsFor({ url, headers, origin }: Pick<PageRequest, 'url' | 'headers' | 'origin'>): Words {
  const language = chooseLanguage({
    query: url.searchParams.get('lang') ?? undefined,
    cookie: readCookie(headers, cookieName(origin, 'language')),
    accept: headers.get('accept-language') ?? undefined,
  });
  return wordsOf(language);
}

/** The frame of a page for whoever asks. */
export function frameOf(request: PageRequest): Frame {
  const { ports, who, url, headers, origin } = request;
  return {
    words: wordsFor(request),
    path: `${url.pathname}${url.search}`,
    asset: (name) => `/web/${name}?v=${ports.files.get(name)?.hash.slice(0, 16) ?? ''}`,
    reader: readerOf(who),
    notice: readNotice(readCookie(headers, cookieName(origin, 'notice'))),
  };
}

export function readerOf(who: PageRequest['who']): Frame['reader'] {
  return who && { name: who.name ?? who.actor, roles: who.roles };
}

/** On public pages: the frame with who is signed in, if somebody is. What such a page says does not depend on it. */
export async function frameOfAnyone(request: PageRequest): Promise<Frame> {
  return frameOf({ ...request, who: await whoIsSignedIn(request) });
}

/** The caller by the session cookie; nobody where it is missing, expired or cannot be checked just now. */
export async function whoIsSignedIn({ ports, settings, headers, origin }: Omit<PageRequest, 'who'>) {
  const found = findToken(headers, sessionCookieName(origin));
  if (!found) return undefined;
  const verdict = await ports.tokens.check(found.token).catch(() => undefined);
  if (verdict?.outcome !== 'valid') return undefined;
  const caller = callerOf(verdict.claims, settings);
  return 'outcome' in caller ? undefined : caller;
}

/** A page, with the language kept for the next ones and a notice that was shown forgotten. */
export function page(request: PageRequest, frame: Frame, html: Html, status = 200): PageAnswer {
  return { status, html, headers: pageHeaders(request, frame.words.language, frame.notice !== undefined) };
}

function pageHeaders({ url, origin }: PageRequest, language: Language, showedNotice: boolean): AnswerHeaders {
  const kept = url.searchParams.has('lang') ? [cookie(origin, cookieName(origin, 'language'), language, year)] : [];
  const forgotten = showedNotice ? [cookie(origin, cookieName(origin, 'notice'), '', 0)] : [];
  const cookies = [...kept, ...forgotten];
  return { ...languageHeaders(language), ...(cookies.length > 0 && { 'Set-Cookie': cookies }) };
}

export const languageHeaders = (language: Language) => ({
  'Content-Language': language,
  Vary: 'Accept-Language, Cookie',
});

/** After a form: on to a page by GET, so that going back or loading again sends nothing twice. */
export function goTo({ origin }: Pick<PageRequest, 'origin'>, path: string, notice?: Notice): PlainAnswer {
  const told = notice && cookie(origin, cookieName(origin, 'notice'), noticeText(notice), noticeSeconds);
  return { status: 303, plain: null, headers: { Location: path, ...(told && { 'Set-Cookie': told }) } };
}

/** A code and nothing else: no name, no id. */
const noticeText = (notice: Notice) => (notice.kind === 'done' ? notice.key : `refused:${notice.code}`);

function readNotice(text: string | undefined): Notice | undefined {
  if (text === undefined) return undefined;
  const refusal = /^refused:([a-z.-]{3,60})$/.exec(text)?.[1];
  if (refusal !== undefined) return { kind: 'refused', code: refusal };
  return text.startsWith('done.') && isTextKey(text) ? { kind: 'done', key: text as TextKey } : undefined;
}
