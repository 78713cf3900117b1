import * as z from 'zod';
import { completionSchema, type Enrollment, enrollmentStatusSchema, leavingCodes } from '../../domain/enrollment.ts';
import { type Framework, frameworkRefSchema, requirementsOf } from '../../domain/framework.ts';
import { enrollmentIdSchema } from '../../domain/ids.ts';
import { civilDateSchema, instantSchema } from '../../domain/time.ts';
import { etagOf } from '../etag.ts';
import type { Acting } from '../route.ts';

export const enrollmentParams = /* @__PURE__ */ z.lazy(() => z.strictObject({ enrollment: enrollmentIdSchema }));

/** Opaque: whoever got it from the list before gives it back. */
export const cursorSchema = z
  .string()
  .max(2_000)
  .regex(/^[A-Za-z0-9_-]+$/)
  .describe('As the page before gave it');

const common = () => ({
  enrollment: z.string(),
  status: enrollmentStatusSchema,
  enrolledOn: civilDateSchema,
  met: z.number().int(),
  of: z.number().int(),
  lastChangeAt: instantSchema,
});

/** One line of a list. */
export const enrollmentLineSchema = () =>
  z
    .strictObject({
      ...common(),
      apprentice: z.strictObject({ id: z.string(), name: z.string() }),
      etag: z.string().describe('Which state this is: a change gives it back in `If-Match`'),
    })
    .meta({ id: 'EnrollmentLine' });

export function enrollmentLine(enrollment: Enrollment, framework: Framework | undefined) {
  const { id, name } = enrollment.apprentice;
  return { ...told(enrollment, framework), apprentice: { id, name }, etag: etagOf(enrollment) };
}

function told(enrollment: Enrollment, framework: Framework | undefined) {
  const { status, enrolledOn, met, lastChangeAt } = enrollment;
  return {
    enrollment: enrollment.enrollment,
    status,
    enrolledOn,
    met,
    of: framework ? requirementsOf(framework).size : 0,
    lastChangeAt,
  };
}

/** One enrollment. The address is the administrators' and the apprentice's own to see. */
export const enrollmentViewSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      ...common(),
      apprentice: z.strictObject({ id: z.string(), name: z.string(), email: z.string().optional() }),
      framework: frameworkRefSchema(),
      completion: completionSchema().optional(),
      left: z.strictObject({ at: instantSchema, code: z.enum(leavingCodes) }).optional(),
    })
    .meta({ id: 'Enrollment', title: 'Enrollment' }),
);

export function enrollmentView(enrollment: Enrollment, framework: Framework | undefined, { as, scope }: Acting) {
  const { apprentice, completion, left } = enrollment;
  const seesAddress = as.role === 'administrator' || scope === 'own';
  return {
    ...told(enrollment, framework),
    apprentice: { id: apprentice.id, name: apprentice.name, ...(seesAddress && { email: apprentice.email }) },
    framework: enrollment.framework,
    ...(completion && { completion }),
    ...(left && { left: { at: left.at, code: left.code } }),
  };
}
