import type { Context } from 'hono';
import { isAt, type Seen } from '../acts/act-on-enrollment.ts';
import { notePullRefused } from '../acts/note-pull-refused.ts';
import { type Refused, refused } from '../acts/refusal.ts';
import type { Actor } from '../domain/audit.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { actingBy } from './acting.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { type Caller, callerOf, findToken, roles } from './caller.ts';
import { sessionCookieName } from './cookies.ts';
import { type Matched, parseEtag, parseStamp } from './etag.ts';
import { onceByKey } from './idempotent.ts';
import { problemPage } from './pages/problem-page.ts';
import { type Problem, problemOf } from './problem.ts';
import { type Parts, readParts } from './read-request.ts';
import type { Acting, Answer, AnswerHeaders, PlainAnswer, Route } from './route.ts';
import { isIdempotent, routeName } from './route.ts';
import { isSameOrigin, originOf } from './security.ts';

/** Everything that a route declares, in this order: who calls, may they, what is asked, is it theirs; then the route. */
export async function serveRoute(route: Route, ports: ApiPorts, settings: ApiSettings, c: Context): Promise<Response> {
  try {
    const answer = await answerOf(route, ports, settings, c);
    return await ('code' in answer ? problemResponse(answer, route, ports, settings, c) : toResponse(answer, c));
  } catch (error) {
    return failure(error, ports, route, settings, c);
  }
}

/** What nobody expected: told in the log by its codes, and to the caller as ours. */
export function failure(
  error: unknown,
  ports: ApiPorts,
  route: Route | undefined,
  settings: ApiSettings,
  c: Context,
): Promise<Response> {
  if (error instanceof AdapterError && error.code === 'cursor.malformed')
    return problemResponse(
      problemOf(refused('request.cursor', 'cursor: it is none of this list')),
      route,
      ports,
      settings,
      c,
    );
  ports.failed(error, { message: 'A request failed', ...(route && { route: routeName(route) }) });
  const isPassing = error instanceof AdapterError && error.retryable;
  const refusal = isPassing
    ? refused('server.unavailable', 'something that we need does not answer just now; try again in a minute')
    : refused(
        'server.failed',
        'this is a fault of ours and is being looked at; what you sent may be sent again under the same key',
      );
  return problemResponse(problemOf(refusal), route, ports, settings, c);
}

async function answerOf(
  route: Route,
  ports: ApiPorts,
  settings: ApiSettings,
  c: Context,
): Promise<Exclude<Answer, Refused> | Problem> {
  const url = new URL(c.req.url);
  const origin = originOf(settings, url);
  const { headers } = c.req.raw;
  const isWrite = route.method !== 'get';
  if (route.access === 'public' && route.page && isWrite && !isSameOrigin(headers, origin)) return crossSite();
  const who =
    route.access === 'public'
      ? undefined
      : await whoCalls({ ...route, access: route.access }, ports, settings, headers, origin, isWrite);
  if (who && 'outcome' in who) return problemOf(who);
  const parts = await readParts(route, c);
  if ('code' in parts) return parts;
  const { params } = parts;
  if (who?.scope === 'own' && !(await isTheirs(ports, who, params)))
    return problemOf(refused('enrollment.unknown', 'enrollment: there is none of yours with this id'));
  const run = async ({ ports, isRerun }: { ports: ApiPorts; isRerun: boolean }): Promise<Answer> => {
    // A form of a page has it in a field, which its act reads.
    const asks = route.page ? undefined : route.ifMatch;
    const condition = asks && who ? await conditionOf(asks, headers, ports, who, params, isRerun) : {};
    if ('outcome' in condition) return condition;
    const { seen, stamp } = condition;
    const call = { ports, settings, who, ...parts, origin, url, headers, seen, stamp, isRerun };
    return route.handle(call as Parameters<Route['handle']>[0]);
  };
  const answer =
    who && isIdempotent(route)
      ? await onceByKey({ route, ports, who, headers }, parts, run)
      : await run({ ports, isRerun: false });
  if ('code' in answer) return problemOf(answer);
  if (who && answer.status < 300) await recordRead(route, ports, who, parts, 'of' in answer ? answer.of : undefined);
  return answer;
}

async function whoCalls(
  { access, pulls }: Pick<Route, 'pulls'> & { access: Exclude<Route['access'], 'public'> },
  ports: ApiPorts,
  settings: ApiSettings,
  headers: Headers,
  origin: string,
  isWrite: boolean,
): Promise<Acting | Refused> {
  const found = findToken(headers, sessionCookieName(origin));
  if (!found) return refused('token.missing', 'authorization: send a token, as `Bearer …`');
  // A browser sends the cookie along with what any other site makes it send.
  if (found.from === 'cookie' && isWrite && !isSameOrigin(headers, origin)) return crossSiteRefusal;
  const verdict = await ports.tokens.check(found.token);
  if (verdict.outcome === 'invalid')
    return verdict.code === 'token.expired'
      ? refused(verdict.code, 'authorization: the token has expired; sign in again')
      : refused(verdict.code, 'authorization: the token is none that we take');
  const caller: Caller | Refused = callerOf(verdict.claims, settings);
  if ('outcome' in caller) return caller;
  const acting = actingBy(access, caller);
  if (pulls && 'outcome' in acting) await notePullRefused(ports, actorOf(caller), caller.program, acting.code);
  return acting;
}

/** Somebody whom no role of theirs lets through, by the first that they have. */
function actorOf({ actor: id, roles: held }: Caller): Actor {
  return { id, role: roles.find((role) => held.has(role)) ?? 'system' };
}

const crossSiteRefusal = refused('request.cross-site', 'origin: this came from another site than ours');
const crossSite = () => problemOf(crossSiteRefusal);

/** Of a route that names an enrollment, whether it is the caller's own. What names none looks after itself. */
async function isTheirs(ports: ApiPorts, who: Acting, params: unknown): Promise<boolean> {
  const enrollment = enrollmentIn(params);
  if (enrollment === undefined) return true;
  const read = await ports.store.readEnrollment({ program: who.program, enrollment });
  return read?.apprentice.id === who.actor;
}

function enrollmentIn(params: unknown): string | undefined {
  const { enrollment } = (params ?? {}) as { enrollment?: string };
  return enrollment;
}

type Condition = { seen?: Seen; stamp?: string };

/** The state that the caller saw. A rerun may have moved it itself: its act knows. */
async function conditionOf(
  matched: Matched,
  headers: Headers,
  ports: ApiPorts,
  who: Acting,
  params: unknown,
  isRerun: boolean,
): Promise<Condition | Refused> {
  const given = headers.get('if-match');
  if (given === null) return refused('condition.missing', `If-Match: give the ETag of the ${matched} as you read it`);
  const [seen, stamp] = matched === 'enrollment' ? [parseEtag(given)] : [undefined, parseStamp(given)];
  if (!seen && stamp === undefined)
    return refused('condition.invalid', `If-Match: one ETag, as the ${matched} had it when you read it`);
  if (isRerun) return {};
  return seen ? isCurrent(ports, who, params, seen) : { ...(stamp !== undefined && { stamp }) };
}

/** Told before the act is begun; the act holds its commit to the same state. */
async function isCurrent(ports: ApiPorts, who: Acting, params: unknown, seen: Seen): Promise<Condition | Refused> {
  const enrollment = enrollmentIn(params);
  const current = enrollment && (await ports.store.readEnrollment({ program: who.program, enrollment }));
  if (!current) return refused('enrollment.unknown', 'enrollment: there is none with this id');
  if (!isAt(current, seen))
    return refused(
      'condition.stale',
      'If-Match: the enrollment has changed since you read it; read it again, then decide',
    );
  return { seen };
}

/** The entry is there before what was read is shown: where it cannot be written, the request fails. */
async function recordRead(
  { reads }: Route,
  ports: ApiPorts,
  { program, as }: Acting,
  { params, query }: Pick<Parts, 'params' | 'query'>,
  of: string | undefined,
): Promise<void> {
  if (!reads || !['administrator', 'auditor', 'operator'].includes(as.role)) return;
  const { sensitive } = (query ?? {}) as { sensitive?: unknown };
  const facts = { what: reads.what, ...(sensitive === true && { sensitive }) };
  await ports.access.append(program, {
    actor: as,
    action: reads.action,
    subject: enrollmentIn(params) ?? of ?? program,
    facts,
  });
}

/** A problem as its route's callers read it: programs as JSON, people as a page, or as the sign-in where they need it. */
export async function problemResponse(
  problem: Problem,
  route: (Pick<Route, 'page'> & Partial<Pick<Route, 'access'>>) | undefined,
  ports: ApiPorts,
  settings: ApiSettings,
  c: Context,
): Promise<Response> {
  const headers = problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  if (route?.page) {
    const url = new URL(c.req.url);
    const request = { ports, settings, url, origin: originOf(settings, url), headers: c.req.raw.headers };
    return toResponse(problem.status === 401 ? signInFirst(c) : await problemPage(problem, request, route.access), c);
  }
  return c.body(JSON.stringify(problem), problem.status as 400, {
    ...headers,
    'Content-Type': 'application/problem+json',
  });
}

/** Back to the same page afterwards; what was being sent is not sent again by itself. */
function signInFirst(c: Context): PlainAnswer {
  const { pathname, search } = new URL(c.req.url);
  const to = c.req.method === 'GET' ? `?to=${encodeURIComponent(pathname + search)}` : '';
  return { status: 303, plain: null, headers: { Location: `/sign-in${to}` } };
}

async function toResponse(answer: Exclude<Answer, Refused>, c: Context): Promise<Response> {
  setHeaders(c, answer.headers ?? {});
  if ('json' in answer) return c.json(answer.json as object, answer.status as 200);
  if ('html' in answer) return c.html(String(await answer.html), answer.status as 200);
  return c.newResponse(answer.plain, answer.status as 200);
}

function setHeaders(c: Context, headers: AnswerHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') c.header(name, value);
    else for (const each of value) c.header(name, each, { append: true });
  }
}
