import type { Context } from 'hono';
import * as z from 'zod';
import { type Refused, refused } from '../acts/refusal.ts';
import { issueWords } from '../domain/issue-words.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Route } from './route.ts';

export type Parts = { params: unknown; query: unknown; body: unknown };

/** A request's parts, each as its route's schema gives it; or the problem with the first part that does not fit. */
export async function readParts(route: Route, c: Context): Promise<Parts | Problem> {
  const { params, query, body } = route.request ?? {};
  const path = parsePart(params, c.req.param());
  if ('problem' in path) return path.problem;
  const repeated = Object.entries(c.req.queries()).find(([, values]) => values.length > 1);
  if (repeated) return problemOf(refused('request.invalid', `${repeated[0]}: given more than once; give it once`));
  const asked = parsePart(query ?? (route.page ? undefined : nothing), c.req.query());
  if ('problem' in asked) return asked.problem;
  if (!body) return { params: path.value, query: asked.value, body: undefined };
  const sent = await (route.page ? readForm(c) : readJson(c));
  if ('code' in sent) return problemOf(sent);
  const given = parsePart(body, sent.value);
  if ('problem' in given) return given.problem;
  return { params: path.value, query: asked.value, body: given.value };
}

/** What takes no query is told so; only pages overlook what other sites hang onto an address. */
const nothing = /* @__PURE__ */ z.lazy(() => z.strictObject({}));

type Sent = { value: unknown } | Refused;

async function readJson(c: Context): Promise<Sent> {
  const type = mediaTypeOf(c);
  if (type !== 'application/json') return refused('request.media-type', 'content-type: send JSON, as application/json');
  const text = await c.req.text();
  try {
    return { value: JSON.parse(text) };
  } catch {
    return refused('request.malformed', 'body: it is no JSON');
  }
}

async function readForm(c: Context): Promise<Sent> {
  if (mediaTypeOf(c) !== 'application/x-www-form-urlencoded')
    return refused('request.media-type', 'content-type: send a form, as application/x-www-form-urlencoded');
  const text = await c.req.text();
  const values: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name];
    values[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return { value: { ...values } };
}

function mediaTypeOf(c: Context): string | undefined {
  return c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
}

function parsePart(schema: z.ZodType | undefined, value: unknown): { value: unknown } | { problem: Problem } {
  if (!schema) return { value: undefined };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const errors = parsed.error.issues.slice(0, maxErrors).flatMap(issueErrors);
  const [first] = errors;
  const message = first ? `${first.field}: ${first.message}` : 'it does not have the form that the document gives';
  return { problem: problemOf(refused('request.invalid', message), errors) };
}

const maxErrors = 20;

/** What somebody sent is not repeated: it may be anything. */
function issueErrors(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, 5).map((key) => ({ field: fieldName(at, key), message: 'no such field' }));
  return [{ field: at || 'body', message: issueWords(issue) }];
}

function fieldName(at: string, key: string): string {
  return [at, key.replaceAll(/[^\w-]/g, '?').slice(0, 60)].filter(Boolean).join('.');
}
