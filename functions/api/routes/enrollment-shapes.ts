import * as z from 'zod';
import { completionSchema, type Enrollment, enrollmentStatusSchema, leavingCodes } from '../../domain/enrollment.ts';
import { type Framework, frameworkRefSchema, requirementsOf } from '../../domain/framework.ts';
import { enrollmentIdSchema, requirementIdSchema } from '../../domain/ids.ts';
import { faultCodes, type Needed } from '../../domain/needs.ts';
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
      needs: neededSchema().optional().describe('Of a list that asks for `needs`: why it is listed'),
    })
    .meta({ id: 'EnrollmentLine' });

const neededSchema = () =>
  z
    .discriminatedUnion('reason', [
      z.strictObject({
        reason: z.literal('failed'),
        since: instantSchema.describe('The first of its faults'),
        faults: z.array(z.strictObject({ code: z.enum(faultCodes), since: instantSchema })),
      }),
      z.strictObject({
        reason: z.literal('lapsing'),
        on: civilDateSchema.describe('The last day'),
        certificates: z
          .array(requirementIdSchema)
          .describe('The required certificates that end on that day; one that is sensitive is left out'),
      }),
      z.strictObject({ reason: z.literal('stuck'), since: instantSchema.describe('Unchanged for so long') }),
    ])
    .meta({ id: 'Needed' });

export function enrollmentLine(enrollment: Enrollment, framework: Framework | undefined, needed?: Needed) {
  const { id, name } = enrollment.apprentice;
  const line = { ...told(enrollment, framework), apprentice: { id, name }, etag: etagOf(enrollment) };
  return needed ? { ...line, needs: neededView(needed, framework) } : line;
}

/** Nobody who may list asks for sensitive requirements here: one is named to none of them. */
function neededView({ need: reason, ...told }: Needed, framework: Framework | undefined) {
  if (!('certificates' in told)) return { reason, ...told };
  const requirements = framework && requirementsOf(framework);
  const isNamed = (id: string) => requirements?.get(id)?.sensitive === false;
  return { reason, ...told, certificates: told.certificates.filter(isNamed) };
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
