import * as z from 'zod';
import { type AssessInput, assessEvidence } from '../../acts/evidence.ts';
import { refused } from '../../acts/refusal.ts';
import { assessmentSchema } from '../../domain/evidence.ts';
import { evidenceIdSchema } from '../../domain/ids.ts';
import type { ApiPorts } from '../api-ports.ts';
import { type Acting, defineRoute } from '../route.ts';
import { answerBatch, batchOf } from './batch.ts';
import { enrollmentParams } from './enrollment-shapes.ts';
import { verdictSchema } from './evidence-shapes.ts';

/** The assessor is whoever calls: no body has a field for it. */
const judgementSchema = /* @__PURE__ */ z.lazy(() =>
  assessmentSchema
    .pick({ requirement: true, evidence: true, outcome: true, note: true })
    .extend({ assessment: evidenceIdSchema.optional().describe('An id of your own; without it, a new one') })
    .meta({ id: 'Judgement', title: 'Judgement', description: 'Met or not met, of one piece of evidence' }),
);
type Judgement = z.output<typeof judgementSchema>;

const assessed = () => ({ outcome: z.enum(['assessed', 'repeated']), assessment: z.string() });

const assess = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/assessments',
    unconditional: 'a judgement of its own: the piece and what others judged stay as they are',
    summary: 'Assesses one piece of evidence, as the assessor that the caller is; nobody assesses their own',
    access: { assessor: 'any' },
    request: { params: enrollmentParams, body: judgementSchema },
    responses: {
      201: { description: 'Assessed, now or before', schema: /* @__PURE__ */ z.lazy(() => z.strictObject(assessed())) },
    },
  },
  async ({ ports, who, params, body }) => {
    const [verdict] = await assessPieces(ports, who, params.enrollment, [body]);
    if (!verdict || 'code' in verdict) return verdict ?? refused('request.invalid', 'body: nothing to assess');
    return { status: 201, json: verdict };
  },
);

const assessMany = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/assessments/batch',
    unconditional: 'judgements of their own: the pieces and what others judged stay as they are',
    summary: 'Assesses up to 500 pieces of evidence, with a verdict for each in the order given',
    description: 'Each as in `POST /enrollments/{enrollment}/assessments`. One that is refused keeps back no other.',
    access: { assessor: 'any' },
    request: {
      params: enrollmentParams,
      body: /* @__PURE__ */ z.lazy(() => z.strictObject({ assessments: batchOf(judgementSchema) })),
    },
    responses: {
      200: {
        description: 'A verdict for each',
        schema: /* @__PURE__ */ z.lazy(() => z.strictObject({ verdicts: z.array(verdictSchema(assessed())) })),
      },
    },
  },
  ({ ports, who, params, body }) =>
    answerBatch(
      ports,
      { program: who.program, ...params },
      {
        schema: judgementSchema,
        given: body.assessments,
        code: 'assessment.invalid',
        act: (judgements) => assessPieces(ports, who, params.enrollment, judgements),
      },
    ),
);

function assessPieces(
  ports: ApiPorts,
  { program, actor }: Acting,
  enrollment: string,
  judgements: readonly Judgement[],
) {
  const inputs = judgements.map(
    ({ assessment, note, ...judgement }): AssessInput => ({
      ...judgement,
      assessor: actor,
      assessment: assessment ?? ports.ids.id(),
      ...(note !== undefined && { note }),
    }),
  );
  return assessEvidence(ports, { program, enrollment }, inputs);
}

export const assessments = [assess, assessMany];
