import type { HtmlEscapedString } from 'hono/utils/html';
import type * as z from 'zod';
import type { Seen } from '../acts/act-on-enrollment.ts';
import type { Refused } from '../acts/refusal.ts';
import type { Actor } from '../domain/audit.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import type { Caller, Role } from './caller.ts';
import type { Matched } from './etag.ts';

/** Which records of the program a role reaches by a route: all, or those of the person's own enrollments. */
export type Scope = 'any' | 'own';
export type Access = 'public' | Readonly<Partial<Record<Role, Scope>>>;

/** The caller as a route knows them: in the role that reaches furthest by it. */
export type Acting = Caller & { scope: Scope; actor: string; as: Actor };

/** One request to a route, after everything that the route declares has been checked. */
export type Call<A extends Access, P, Q, B> = {
  ports: ApiPorts;
  settings: ApiSettings;
  /** Undefined on public routes: their answers depend on nobody. */
  who: A extends 'public' ? undefined : Acting;
  params: P;
  query: Q;
  body: B;
  /** The origin that people reach us under. */
  origin: string;
  url: URL;
  headers: Headers;
  /** The enrollment's state that the caller saw, of routes that ask for it: current a moment ago, and the act checks it again. */
  seen: Seen | undefined;
  /** The credential's or email's state that the caller saw, of routes that ask for it: the act checks it. */
  stamp: string | undefined;
  /** This request's key was claimed before, and nobody knows how far it came: what it did may be there already. */
  isRerun: boolean;
};

export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;
/** `of`: whose record it shows, where the path does not name the enrollment: the access log says so. */
export type JsonAnswer = { status: number; json: unknown; headers?: AnswerHeaders; of?: string };
export type PageAnswer = {
  status: number;
  html: HtmlEscapedString | Promise<HtmlEscapedString>;
  headers?: AnswerHeaders;
};
/** A redirect, or a file. */
export type PlainAnswer = { status: number; plain: Uint8Array<ArrayBuffer> | string | null; headers: AnswerHeaders };
export type Answer = JsonAnswer | PageAnswer | PlainAnswer | Refused;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

type Read = { method: 'get'; ifMatch?: undefined; unconditional?: undefined };
/**
 * A write says whose state its caller must have seen: in `If-Match`, on pages in a field of the form. Or why none is
 * asked for: it makes something new, or says the same of every state.
 */
type Write = { method: 'post' | 'patch' } & (
  | { ifMatch: Matched; unconditional?: undefined }
  | { unconditional: string; ifMatch?: undefined }
);

export type RouteSpec<A extends Access, P, Q, B> = (Read | Write) & {
  /** `/enrollments/{enrollment}` */
  path: string;
  /** One sentence, for the document. */
  summary: string;
  description?: string;
  access: A;
  request?: {
    params?: P;
    query?: Q;
    /** JSON; of pages, a form. */
    body?: B;
  };
  /** `etag`: the answer says in its ETag which state it tells of. */
  responses: Readonly<Record<number, { description: string; schema?: z.ZodType; mediaType?: string; etag?: true }>>;
  /** Writes of JSON take an `Idempotency-Key` unless this says `false`. */
  idempotent?: false;
  /** What the access log calls this read of records, where an administrator, an auditor or an operator reads. */
  reads?: { action: 'record-read' | 'records-listed'; what: string };
  /** A pull of whole records: the access log holds it too where the caller's role keeps them from it. */
  pulls?: true;
  /** For people: answers with HTML, sends who is not signed in to the sign-in, and stands in no document. */
  page?: true;
};

/** A route, whatever it takes. */
export type Route = RouteSpec<Access, z.ZodType | undefined, z.ZodType | undefined, z.ZodType | undefined> & {
  handle(call: Call<Access, unknown, unknown, unknown>): Answer | Promise<Answer>;
};

/**
 * Declares one route. Nothing else puts a route on the app, so that who may do what is told in one place, the document
 * tells of every route, and the table of the tests can be held against it.
 */
export function defineRoute<
  const A extends Access,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<A, P, Q, B>, handle: (call: Call<A, Out<P>, Out<Q>, Out<B>>) => Answer | Promise<Answer>): Route {
  return { ...spec, handle } as unknown as Route;
}

export const routeName = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method.toUpperCase()} ${path}`;

/** Writes of JSON are done once by their key, unless their route says otherwise. */
export const isIdempotent = ({ method, page, idempotent }: Route) => method !== 'get' && !page && idempotent !== false;
