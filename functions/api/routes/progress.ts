import * as z from 'zod';
import { type ProgressView, readProgress } from '../../acts/progress.ts';
import { completionSchema, enrollmentStatusSchema, leavingCodes } from '../../domain/enrollment.ts';
import { requirementsOf } from '../../domain/framework.ts';
import { type Mask, maskFor } from '../../domain/masking.ts';
import { civilDateSchema, instantSchema } from '../../domain/time.ts';
import { defineRoute } from '../route.ts';
import { enrollmentParams } from './enrollment-shapes.ts';

/** Whether sensitive requirements are told, where they are not the caller's own record or work. */
export const sensitiveFlag = () =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => value === 'true')
    .describe('Tells sensitive requirements too; the access log keeps that it did');

const standings = ['missing', 'awaiting', 'unsettled', 'not-met', 'met'] as const;
const reasons = ['missing', 'awaiting', 'not-met', 'edited', 'deleted', 'lapsed', 'not-yet-valid'] as const;
const states = ['none', 'waiting', 'held', 'pending', 'parked', 'in-force', 'suspended', 'revoked'] as const;

const progressSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      enrollment: z.string(),
      at: instantSchema.optional(),
      status: enrollmentStatusSchema,
      left: z.strictObject({ at: instantSchema, code: z.enum(leavingCodes) }).optional(),
      enrolledOn: civilDateSchema,
      completion: completionSchema().optional(),
      met: z.number().int(),
      of: z.number().int(),
      requirements: z.array(
        z.strictObject({
          id: z.string(),
          kind: z.enum(['skill', 'course', 'certificate']),
          text: z.string(),
          set: z.string().optional(),
          status: z.enum(standings),
        }),
      ),
      skillSets: z.array(
        z.strictObject({
          id: z.string(),
          text: z.string(),
          met: z.number().int(),
          of: z.number().int(),
          complete: z.boolean(),
        }),
      ),
      missing: z.array(
        z.union([
          z.strictObject({ requirement: z.string(), why: z.enum(reasons), on: civilDateSchema.optional() }),
          z.strictObject({ policy: z.literal('minimum-hours'), have: z.number(), need: z.number() }),
          z.strictObject({ policy: z.literal('minimum-term'), until: civilDateSchema }),
        ]),
      ),
      credential: z.strictObject({ state: z.enum(states), because: z.string() }),
    })
    .meta({
      id: 'Progress',
      title: 'Progress',
      description: 'What is met, what is missing and why, and where the certificate is',
    }),
);

const read = defineRoute(
  {
    method: 'get',
    path: '/enrollments/{enrollment}/progress',
    summary: 'Why not yet: what is met, what is missing and why, now or as of a past moment',
    access: { administrator: 'any', assessor: 'any', auditor: 'any', operator: 'any', apprentice: 'own' },
    request: {
      params: enrollmentParams,
      query: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          at: z
            .string()
            .max(40)
            .optional()
            .describe('A past instant, or a date for the end of that day in the program’s time zone'),
          sensitive: sensitiveFlag(),
        }),
      ),
    },
    responses: { 200: { description: 'The progress', schema: progressSchema } },
    reads: { action: 'record-read', what: 'progress' },
  },
  async ({ ports, who, params, query }) => {
    const view = await readProgress(ports, { program: who.program, ...params }, query.at);
    if (view.outcome === 'refused') return view;
    const isTheirs = who.scope === 'own' || who.as.role === 'assessor';
    return { status: 200, json: progressJson(view, maskFor(view.frameworks, isTheirs || query.sensitive)) };
  },
);

function progressJson({ at, enrollment, standing, framework, explanation }: ProgressView, mask: Mask) {
  const { met, of, skillSets, missing, credential } = explanation;
  const { completion, left } = standing;
  return {
    enrollment: enrollment.enrollment,
    ...(at !== undefined && { at }),
    status: standing.status,
    ...(left && { left: { at: left.at, code: left.code } }),
    enrolledOn: enrollment.enrolledOn,
    ...(completion && { completion: { at: completion.at, on: completion.on } }),
    met,
    of,
    requirements: [...requirementsOf(framework).values()].map(({ id, kind, display, set }) => ({
      id: mask.ids(id),
      kind,
      text: mask.textOf(id, display),
      ...(set !== undefined && { set: mask.ids(set) }),
      status: standing.progress[id]?.status ?? 'missing',
    })),
    skillSets: skillSets.map((set) => ({ ...set, id: mask.ids(set.id), text: mask.textOf(set.id, set.text) })),
    missing: mask.json(missing),
    credential,
  };
}

export const progress = [read];
