import * as z from 'zod';
import type { Refused } from '../acts/refusal.ts';
import { sentenceOf } from './remedies.ts';

/** Problem details (RFC 9457). `code` is stable; `detail` is for people and may change its words. */
export const problemSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.string(),
      title: z.string(),
      status: z.number().int().min(400).max(599),
      detail: z.string(),
      code: z.string(),
      /** The first field that is wrong. */
      field: z.string().optional(),
      errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    })
    .meta({
      id: 'Problem',
      title: 'Problem',
      description: 'What went wrong, with a stable code and the field (RFC 9457)',
    }),
);
export type Problem = z.infer<typeof problemSchema>;

/** Every code that is not told by its ending. What acts refuse is 422 unless it says otherwise here. */
const statuses: Readonly<Record<string, number>> = {
  'request.invalid': 400,
  'request.cursor': 400,
  'request.malformed': 400,
  'request.method': 405,
  'request.media-type': 415,
  'request.too-large': 413,
  'request.too-many': 413,
  'request.too-long': 414,
  'request.cross-site': 403,
  'route.unknown': 404,
  'token.missing': 401,
  'token.expired': 401,
  'token.invalid': 401,
  'caller.no-actor': 403,
  'caller.no-role': 403,
  'caller.program-ambiguous': 403,
  'caller.forbidden': 403,
  'idempotency.missing': 400,
  'idempotency.invalid': 400,
  'idempotency.running': 409,
  'idempotency.reused': 422,
  'condition.missing': 428,
  'condition.invalid': 400,
  'condition.stale': 412,
  'enrollment.stale': 412,
  'credential.stale': 412,
  'delivery.stale': 412,
  'apprentice.enrolled': 409,
  'enrollment.busy': 409,
  'enrollment.complete': 409,
  'enrollment.not-withdrawn': 409,
  'enrollment.withdrawn': 409,
  'enrollment.incomplete': 409,
  'requirement.unknown': 422,
  'assessment.own-evidence': 403,
  'assessment.not-rostered': 403,
  'assessment.voided': 403,
  'credential.not-in-force': 409,
  'credential.suspended': 409,
  'credential.none': 409,
  'delivery.under-way': 409,
  'delivery.complained': 409,
  'ledger.broken': 409,
  'export.invalid': 400,
  'export.role': 403,
  'export.other-program': 403,
  'export.not-ready': 409,
  'export.expired': 410,
  'server.failed': 500,
  'server.unavailable': 503,
};

const byEnding: Readonly<Record<string, number>> = { unknown: 404, exists: 409, busy: 409 };

export function statusOf(code: string): number {
  return statuses[code] ?? byEnding[code.slice(code.lastIndexOf('.') + 1)] ?? 422;
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not of its form',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'The record stands against it',
  410: 'No longer there',
  412: 'The record has changed meanwhile',
  413: 'Too large',
  414: 'Address too long',
  415: 'Media type not supported',
  422: 'Refused',
  428: 'Say which state you saw',
  500: 'We failed',
  503: 'Not available just now',
};

/** An act's refusal, or one of the API's own, as the answer that says so. */
export function problemOf(refused: Pick<Refused, 'code' | 'message' | 'remedy'>, errors?: Problem['errors']): Problem {
  const { code, message } = refused;
  const status = statusOf(code);
  const field = errors?.[0]?.field ?? fieldIn(message);
  return {
    type: `urn:journeypaper:problem:${code}`,
    title: titles[status] ?? 'Refused',
    status,
    detail: sentenceOf(refused),
    code,
    ...(field !== undefined && { field }),
    ...(errors && { errors }),
  };
}

/** Messages of ours begin with the field that they are about: `name: no font of ours prints …`. */
function fieldIn(message: string): string | undefined {
  return /^(?<field>[A-Za-z][\w.[\]-]{0,80}): /.exec(message)?.groups?.field;
}
