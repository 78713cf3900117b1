import * as z from 'zod';
import { linkDocument } from '../../acts/link-document.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { reissueCredential } from '../../acts/reissue-credential.ts';
import { revokeCredential } from '../../acts/revoke-credential.ts';
import { achievementSchema, type Credential, revocationCodes } from '../../domain/credential.ts';
import { type EnrollmentRef, enrollmentIdSchema } from '../../domain/ids.ts';
import { type Mask, maskFor } from '../../domain/masking.ts';
import { credentialStamp } from '../../domain/stamp.ts';
import { civilDateSchema, instantSchema } from '../../domain/time.ts';
import type { RecordStore } from '../../ports/record-store.ts';
import { stampEtag } from '../etag.ts';
import { type Acting, defineRoute } from '../route.ts';
import {
  credentialLine,
  credentialLineSchema,
  credentialParams,
  credentialView,
  credentialViewSchema,
  whoseQuery,
} from './credential-shapes.ts';
import { cursorSchema, enrollmentParams } from './enrollment-shapes.ts';

const list = defineRoute(
  {
    method: 'get',
    path: '/credentials',
    summary: "The program's credentials, the newest first, a hundred at the most; or those of one enrollment",
    description: 'An apprentice names an enrollment of theirs. Days are in UTC, both included.',
    access: { administrator: 'any', auditor: 'any', operator: 'any', apprentice: 'own' },
    request: {
      query: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          from: civilDateSchema.optional(),
          to: civilDateSchema.optional(),
          enrollment: enrollmentIdSchema.optional(),
          cursor: cursorSchema.optional(),
        }),
      ),
    },
    responses: {
      200: {
        description: 'A page',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ items: z.array(credentialLineSchema()), cursor: z.string().optional() }),
        ),
      },
    },
    reads: { action: 'records-listed', what: 'credentials' },
  },
  async ({ ports: { store }, who, query: { from, to, enrollment, cursor } }) => {
    if (from && to && to < from) return refused('span.invalid', 'to: lies before from; give a later day');
    const span = { ...(from && { from: `${from}T00:00:00.000Z` }), ...(to && { to: `${to}T23:59:59.999Z` }) };
    const mask = await maskOf(store, who);
    if (enrollment === undefined) {
      if (who.scope === 'own') return refused('request.invalid', 'enrollment: name the one that you ask for');
      const page = await store.listIssued(who.program, span, cursor);
      const items = page.items.map((each) => credentialLine(each, mask));
      return { status: 200, json: { items, ...(page.cursor !== undefined && { cursor: page.cursor }) } };
    }
    if (cursor !== undefined) return refused('request.cursor', 'cursor: the list of one enrollment has no pages');
    const ref = { program: who.program, enrollment };
    const [theirs, credentials] = await Promise.all([isReached(store, who, ref), store.listCredentials(ref)]);
    if (!theirs) return unknownEnrollment(enrollment);
    const shown = credentials.filter(({ issuedAt }) => issuedAt >= (span.from ?? '') && issuedAt <= (span.to ?? '~'));
    const items = shown.map((each) => credentialLine(each, mask));
    return { status: 200, json: { items }, of: enrollment };
  },
);

const unknownEnrollment = (id: string) => refused('enrollment.unknown', `enrollment: there is no "${id}" of this kind`);

/** Is it there, and the caller's to see? */
async function isReached(store: RecordStore, who: Acting, ref: EnrollmentRef): Promise<boolean> {
  const enrollment = await store.readEnrollment(ref);
  return enrollment !== undefined && (who.scope === 'any' || enrollment.apprentice.id === who.actor);
}

/** By the program's framework now: a set that is sensitive has no credential of its own, save where it became so later. */
async function maskOf(store: RecordStore, who: Acting): Promise<Mask> {
  if (who.scope === 'own') return maskFor([], true);
  const stored = await store.readProgram(who.program);
  const framework = stored && (await store.readFramework({ ...stored.program.framework, hash: stored.frameworkHash }));
  return maskFor(framework ? [framework] : [], false);
}

type Found = { ref: EnrollmentRef; credential: Credential };

/** A credential of the caller's program that is theirs to see; its enrollment is looked up where nobody named it. */
async function find(
  store: RecordStore,
  who: Acting,
  id: string,
  enrollment: string | undefined,
): Promise<Found | Refused> {
  const { program } = who;
  const ref = enrollment === undefined ? await store.findIssued(program, id) : { program, enrollment };
  const credential = ref && (await store.readCredential(ref, id));
  const isTheirs = credential && (who.scope === 'any' || (await isReached(store, who, credential)));
  if (!ref || !credential || !isTheirs) return refused('credential.unknown', `credential: there is no "${id}" here`);
  return { ref, credential };
}

const read = defineRoute(
  {
    method: 'get',
    path: '/credentials/{credential}',
    summary: 'One credential: what it says, its state and why',
    access: { administrator: 'any', auditor: 'any', operator: 'any', apprentice: 'own' },
    request: { params: credentialParams, query: whoseQuery },
    responses: {
      200: { description: 'The credential', schema: /* @__PURE__ */ z.lazy(credentialViewSchema), etag: true },
    },
    reads: { action: 'record-read', what: 'credential' },
  },
  async ({ ports: { store }, who, params, query }) => {
    const found = await find(store, who, params.credential, query.enrollment);
    if ('outcome' in found) return found;
    const [stored, mask] = await Promise.all([store.readProgram(who.program), maskOf(store, who)]);
    if (!stored) return refused('program.unknown', 'program: it is not in the table');
    const { credential } = found;
    const headers = { ETag: stampEtag(credentialStamp(credential)) };
    return { status: 200, json: credentialView(credential, stored.program, mask), headers, of: credential.enrollment };
  },
);

const document = defineRoute(
  {
    method: 'get',
    path: '/credentials/{credential}/document',
    summary: "A link to the credential's PDF as it was issued: it works for five minutes, for whoever holds it",
    access: { administrator: 'any', auditor: 'any', apprentice: 'own' },
    request: { params: credentialParams, query: whoseQuery },
    responses: {
      200: {
        description: 'The link',
        schema: /* @__PURE__ */ z.lazy(() => z.strictObject({ url: z.string(), expiresAt: instantSchema })),
      },
    },
    reads: { action: 'record-read', what: 'document' },
  },
  async ({ ports, who, params, query }) => {
    const found = await find(ports.store, who, params.credential, query.enrollment);
    if ('outcome' in found) return found;
    const linked = await linkDocument(ports, found.ref, params.credential);
    if (linked.outcome === 'refused') return linked;
    const { url, expiresAt } = linked;
    return { status: 200, json: { url, expiresAt }, of: found.ref.enrollment };
  },
);

const revoke = defineRoute(
  {
    method: 'post',
    path: '/credentials/{credential}/revocation',
    summary: 'Revokes a credential in force; only a reissue brings another',
    access: { administrator: 'any' },
    request: {
      params: credentialParams,
      body: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          enrollment: enrollmentIdSchema.optional().describe('Where it is known; saves a look-up'),
          code: z.enum(revocationCodes),
          reason: z
            .string()
            .trim()
            .min(3)
            .max(500)
            .describe('One line; whoever verifies it is shown this: name nobody'),
        }),
      ),
    },
    responses: { 200: { description: 'Revoked', schema: z.strictObject({ outcome: z.literal('revoked') }) } },
    ifMatch: 'credential',
  },
  async ({ ports, who, params, body, stamp, isRerun }) => {
    const found = await find(ports.store, who, params.credential, body.enrollment);
    if ('outcome' in found) return found;
    const { ref, credential } = found;
    const input = { credentialId: params.credential, code: body.code, text: body.reason, stamp };
    const answer = await revokeCredential(ports, who.as, ref, input);
    if (answer.outcome === 'revoked') return { status: 200, json: answer };
    // What was being done when the first try broke off is done.
    const isDone = isRerun && credential.state === 'revoked' && credential.revocation?.text === body.reason;
    return isDone ? { status: 200, json: { outcome: 'revoked' } } : answer;
  },
);

const reissue = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/reissues',
    summary: 'Asks for a credential anew, with a corrected name where that was wrong, or after a revocation',
    description: 'The one in force stays until the new one is issued, and then says that it was superseded.',
    access: { administrator: 'any' },
    request: {
      params: enrollmentParams,
      body: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          achievement: achievementSchema.default('completion'),
          name: z.string().max(1_000).optional().describe('The corrected name, as it is to stand on the certificate'),
        }),
      ),
    },
    responses: {
      202: {
        description: 'Requested',
        schema: z.strictObject({ outcome: z.literal('requested'), credential: z.string() }),
      },
    },
    ifMatch: 'enrollment',
  },
  async ({ ports, who, params, body: { achievement, name }, seen, isRerun }) => {
    const ref = { program: who.program, ...params };
    const requested = (credential: string) => ({ status: 202, json: { outcome: 'requested', credential } });
    if (isRerun) {
      // The ids of a request follow from its key: what the first try asked for has one of them.
      const { pending, active } = (await ports.store.readEnrollment(ref))?.pointers[achievement] ?? {};
      const id = ports.ids.id();
      if (pending?.credentialId === id || active?.credentialId === id) return requested(id);
    }
    const answer = await reissueCredential(ports, who.as, ref, { achievement, name, seen });
    return answer.outcome === 'refused' ? answer : requested(answer.credentialId);
  },
);

export const credentials = [list, read, document, revoke, reissue];
