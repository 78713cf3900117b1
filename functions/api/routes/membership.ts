import * as z from 'zod';
import { resumeEnrollment, withdrawFromProgram } from '../../acts/leave-program.ts';
import { leavingCodes } from '../../domain/enrollment.ts';
import { defineRoute } from '../route.ts';
import { enrollmentParams } from './enrollment-shapes.ts';

const leave = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/leaving',
    summary: 'Records that an apprentice left the program: nothing more is issued, what is pending is cancelled',
    access: { administrator: 'any' },
    request: {
      params: enrollmentParams,
      body: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({
          code: z.enum(leavingCodes),
          reason: z.string().trim().min(3).max(500).describe('One line; only the program reads it'),
        }),
      ),
    },
    responses: {
      200: {
        description: 'Recorded, now or before',
        schema: z.strictObject({ outcome: z.enum(['withdrawn', 'repeated']) }),
      },
    },
    ifMatch: 'enrollment',
  },
  async ({ ports, who, params, body, seen }) => {
    const ref = { program: who.program, ...params };
    const answer = await withdrawFromProgram(ports, who.as, ref, { code: body.code, text: body.reason }, seen);
    return answer.outcome === 'refused' ? answer : { status: 200, json: answer };
  },
);

const resume = defineRoute(
  {
    method: 'post',
    path: '/enrollments/{enrollment}/resumption',
    summary: 'Takes an apprentice back who had left: the record goes on where it stood',
    access: { administrator: 'any' },
    request: { params: enrollmentParams },
    responses: { 200: { description: 'Taken back', schema: z.strictObject({ outcome: z.literal('resumed') }) } },
    ifMatch: 'enrollment',
  },
  async ({ ports, who, params, seen, isRerun }) => {
    const answer = await resumeEnrollment(ports, who.as, { program: who.program, ...params }, seen);
    if (answer.outcome === 'resumed') return { status: 200, json: answer };
    // What was being done when the first try broke off is done.
    return isRerun && answer.code === 'enrollment.not-withdrawn'
      ? { status: 200, json: { outcome: 'resumed' } }
      : answer;
  },
);

export const membership = [leave, resume];
