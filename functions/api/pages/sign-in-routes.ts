import * as z from 'zod';
import { sha256 } from '../../domain/hash.ts';
import { epochOf } from '../../domain/time.ts';
import { callerOf } from '../caller.ts';
import { cookie, cookieName, readCookie, sessionCookieName } from '../cookies.ts';
import { defineRoute, type PlainAnswer } from '../route.ts';
import { signedOutPage, signInPage } from './home-page.ts';
import { frameOf, goTo, page } from './page-answer.ts';

/** A sign-in that takes longer is begun anew. */
const startSeconds = 600;
const maxSessionSeconds = 12 * 3600;

/** Kept in the browser that began the sign-in, and nowhere else. */
const startSchema = z.strictObject({
  state: z.string().min(26).max(64),
  nonce: z.string().min(26).max(64),
  verifier: z.string().min(43).max(128),
  to: z.string().max(2000),
});

const onward = z.object({ to: z.string().max(2000).optional(), problem: z.enum(['failed', 'expired']).optional() });

/** A path of ours: what leads to another site is home instead. */
export function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.includes('\\') ? to : '/';
}

const signIn = defineRoute(
  {
    method: 'get',
    path: '/sign-in',
    summary: 'Before the way to the sign-in',
    access: 'public',
    request: { query: onward },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  (call) => {
    const frame = frameOf(call);
    return page(call, frame, signInPage(frame, call.query.to && ownPath(call.query.to), call.query.problem));
  },
);

const toIssuer = defineRoute(
  {
    method: 'get',
    path: '/sign-in/continue',
    summary: 'On to the page where people sign in',
    access: 'public',
    request: { query: onward },
    responses: { 303: { description: 'To the issuer' } },
    page: true,
  },
  async ({ ports, origin, query }): Promise<PlainAnswer> => {
    const { ids } = ports;
    const start = {
      state: ids.code(),
      nonce: ids.code(),
      // RFC 7636 asks for 43 characters at least: these are 256 bits.
      verifier: ids.salt() + ids.salt(),
      to: ownPath(query.to),
    };
    const challenge = Buffer.from(sha256(start.verifier), 'hex').toString('base64url');
    const { state, nonce } = start;
    const address = await ports.signIn.begin({ redirectUri: `${origin}/signed-in`, state, nonce, challenge });
    const kept = Buffer.from(JSON.stringify(start)).toString('base64url');
    const headers = { Location: address, 'Set-Cookie': cookie(origin, startCookie(origin), kept, startSeconds) };
    return { status: 303, plain: null, headers };
  },
);

const startCookie = (origin: string) => cookieName(origin, 'sign-in');

const signedIn = defineRoute(
  {
    method: 'get',
    path: '/signed-in',
    summary: 'Back from the issuer, with a code',
    access: 'public',
    request: {
      query: z.object({
        code: z.string().max(2000).optional(),
        state: z.string().max(200).optional(),
        error: z.string().max(200).optional(),
      }),
    },
    responses: { 303: { description: 'To where the person was going' } },
    page: true,
  },
  async ({ ports, settings, origin, query, headers }) => {
    const start = readStart(readCookie(headers, startCookie(origin)));
    if (!start || query.state !== start.state) return tryAgain(origin, 'expired');
    if (query.code === undefined) return tryAgain(origin, 'failed');
    const given = { code: query.code, verifier: start.verifier, redirectUri: `${origin}/signed-in` };
    const end = await ports.signIn.finish(given);
    if (end.outcome === 'refused') return tryAgain(origin, 'failed');
    const verdict = await ports.tokens.check(end.token);
    if (verdict.outcome === 'invalid' || verdict.claims.nonce !== start.nonce) return tryAgain(origin, 'failed');
    const caller = callerOf(verdict.claims, settings);
    if ('outcome' in caller) return caller;
    const left = Number(verdict.claims.exp) - Math.floor(epochOf(ports.clock.now()) / 1000);
    const seconds = Math.max(0, Math.min(left, maxSessionSeconds));
    const cookies = [
      cookie(origin, sessionCookieName(origin), end.token, seconds),
      cookie(origin, startCookie(origin), '', 0),
    ];
    return { status: 303, plain: null, headers: { Location: start.to, 'Set-Cookie': cookies } };
  },
);

function readStart(kept: string | undefined): z.infer<typeof startSchema> | undefined {
  try {
    return startSchema.parse(JSON.parse(Buffer.from(kept ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function tryAgain(origin: string, problem: 'failed' | 'expired'): PlainAnswer {
  const forgotten = cookie(origin, startCookie(origin), '', 0);
  return { status: 303, plain: null, headers: { Location: `/sign-in?problem=${problem}`, 'Set-Cookie': forgotten } };
}

const signOut = defineRoute(
  {
    method: 'post',
    unconditional: 'ends a session of this browser alone',
    path: '/sign-out',
    summary: 'Ends the session in this browser',
    access: 'public',
    responses: { 303: { description: 'To the page that says so' } },
    page: true,
  },
  ({ origin }) => {
    const answer = goTo({ origin }, '/signed-out');
    return {
      ...answer,
      headers: { ...answer.headers, 'Set-Cookie': cookie(origin, sessionCookieName(origin), '', 0) },
    };
  },
);

const signedOut = defineRoute(
  {
    method: 'get',
    path: '/signed-out',
    summary: 'Says that the session is over',
    access: 'public',
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const frame = frameOf(call);
    const everywhere = await call.ports.signIn.end(`${call.origin}/`).catch(() => undefined);
    return page(call, frame, signedOutPage(frame, everywhere));
  },
);

export const signInRoutes = [signIn, toIssuer, signedIn, signOut, signedOut];
