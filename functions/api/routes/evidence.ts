import * as z from 'zod';
import { type SubmitInput, submitEvidence, withdrawEvidence } from '../../acts/evidence.ts';
import { refused } from '../../acts/refusal.ts';
import { withdrawalSchema } from '../../domain/evidence.ts';
import { type EnrollmentRef, enrollmentIdSchema, evidenceIdSchema, requirementIdSchema } from '../../domain/ids.ts';
import { maskFor } from '../../domain/masking.ts';
import { piecesStanding } from '../../domain/piece-standing.ts';
import type { ApiPorts } from '../api-ports.ts';
import { type Acting, defineRoute } from '../route.ts';
import { answerBatch, batchOf } from './batch.ts';
import { cursorSchema, enrollmentParams } from './enrollment-shapes.ts';
import {
  evidenceView,
  evidenceViewSchema,
  type Piece,
  pieceSchema,
  piecesByPlace,
  placeOf,
  verdictSchema,
} from './evidence-shapes.ts';
import { sensitiveFlag } from './progress.ts';

const pageSize = 100;

const list = defineRoute(
  {
    method: 'get',
    path: '/enrollments/{enrollment}/evidence',
    summary: 'The evidence of a record, where each piece stands and who assessed it, a hundred at the most',
    description:
      'In the order of the framework. What evidence says is told to the apprentice and to assessors; everybody else sees that it is there.',
    access: { assessor: 'any', administrator: 'any', auditor: 'any', apprentice: 'own' },
    request: {
      params: enrollmentParams,
      query: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          requirement: requirementIdSchema.optional(),
          sensitive: sensitiveFlag(),
          cursor: cursorSchema.optional(),
        }),
      ),
    },
    responses: {
      200: {
        description: 'A page',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ items: z.array(evidenceViewSchema()).max(pageSize), cursor: z.string().optional() }),
        ),
      },
    },
    reads: { action: 'record-read', what: 'evidence' },
  },
  async ({ ports: { store }, who, params, query }) => {
    const ref = { program: who.program, ...params };
    const [enrollment, stored] = await Promise.all([store.readEnrollment(ref), store.readProgram(ref.program)]);
    const framework = enrollment && (await store.readFramework(enrollment.framework));
    if (!enrollment || !stored || !framework)
      return refused('enrollment.unknown', `enrollment: there is no "${params.enrollment}" in this program`);
    const { requirement, cursor } = query;
    const items = await (requirement === undefined
      ? store.readAllEvidence(ref)
      : store.readEvidence(ref, [requirement]));
    const all = piecesStanding(items, { enrollment, program: stored.program, framework });
    const start = cursor === undefined ? 0 : all.findIndex((piece) => cursorOf(placeOf(piece)) === cursor) + 1;
    if (cursor !== undefined && start === 0) return refused('request.cursor', 'cursor: it is none of this list');
    const page = all.slice(start, start + pageSize);
    const last = page.at(-1);
    const beside = piecesByPlace(ref, items);
    const isTheirs = who.scope === 'own' || who.as.role === 'assessor';
    const mask = maskFor([framework], isTheirs || query.sensitive);
    return {
      status: 200,
      json: {
        items: page.map((piece) => evidenceView(piece, beside.get(placeOf(piece)), mask, isTheirs)),
        ...(last && start + pageSize < all.length && { cursor: cursorOf(placeOf(last)) }),
      },
    };
  },
);

const cursorOf = (place: string) => Buffer.from(place).toString('base64url');

const submitted = () => ({ outcome: z.enum(['submitted', 'repeated']), evidence: z.string() });

const submit = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/evidence',
    summary: 'Submits one piece of evidence',
    unconditional: 'a new piece: what is there stays as it is',
    access: { apprentice: 'own', administrator: 'any' },
    request: { params: enrollmentParams, body: pieceSchema },
    responses: {
      201: {
        description: 'Submitted, now or before',
        schema: /* @__PURE__ */ z.lazy(() => z.strictObject(submitted())),
      },
    },
  },
  async ({ ports, who, params, body }) => {
    const [verdict] = await submitPieces(ports, who, params, [body]);
    if (!verdict || 'code' in verdict) return verdict ?? refused('request.invalid', 'body: no piece of evidence');
    return { status: 201, json: verdict };
  },
);

const submitMany = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/evidence/batch',
    unconditional: 'new pieces: what is there stays as it is',
    summary: 'Submits up to 500 pieces of evidence, with a verdict for each in the order given',
    description: 'Each piece as in `POST /enrollments/{enrollment}/evidence`. One that is refused keeps back no other.',
    access: { apprentice: 'own', administrator: 'any' },
    request: {
      params: enrollmentParams,
      body: /* @__PURE__ */ z.lazy(() => z.strictObject({ pieces: batchOf(pieceSchema) })),
    },
    responses: {
      200: {
        description: 'A verdict for each',
        schema: /* @__PURE__ */ z.lazy(() => z.strictObject({ verdicts: z.array(verdictSchema(submitted())) })),
      },
    },
  },
  ({ ports, who, params, body }) =>
    answerBatch(
      ports,
      { program: who.program, ...params },
      {
        schema: pieceSchema,
        given: body.pieces,
        code: 'evidence.invalid',
        act: (pieces) => submitPieces(ports, who, params, pieces),
      },
    ),
);

/** Each piece has its id before any can be refused, so that the same call again finds the same pieces. */
function submitPieces(
  ports: ApiPorts,
  { program, actor }: Acting,
  params: Omit<EnrollmentRef, 'program'>,
  pieces: readonly Piece[],
) {
  const inputs = pieces.map(({ evidence, ...piece }): SubmitInput => {
    const given = { ...piece, evidence: evidence ?? ports.ids.id(), submittedBy: actor };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as SubmitInput;
  });
  return submitEvidence(ports, { program, ...params }, inputs);
}

const withdraw = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/evidence/{requirement}/{evidence}/withdrawal',
    unconditional:
      'says one thing beside the piece, whatever its state: it and its assessments stay in the record, and count for nothing',
    summary: 'Takes one piece of evidence back, and its assessments along',
    access: { apprentice: 'own', administrator: 'any' },
    request: {
      params: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          enrollment: enrollmentIdSchema,
          requirement: requirementIdSchema,
          evidence: evidenceIdSchema,
        }),
      ),
      body: /* @__PURE__ */ z.lazy(() => withdrawalSchema.pick({ reason: true }).meta({ title: 'Reason to withdraw' })),
    },
    responses: {
      200: {
        description: 'Withdrawn, now or before',
        schema: z.strictObject({ outcome: z.enum(['withdrawn', 'repeated']) }),
      },
    },
  },
  async ({ ports, who, params: { enrollment, ...place }, body: { reason } }) => {
    const input = { ...place, withdrawnBy: who.actor, ...(reason !== undefined && { reason }) };
    const verdict = await withdrawEvidence(ports, { program: who.program, enrollment }, input);
    return 'code' in verdict ? verdict : { status: 200, json: verdict };
  },
);

export const evidence = [list, submit, submitMany, withdraw];
