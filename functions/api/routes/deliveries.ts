import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import { resendDelivery } from '../../acts/resend-delivery.ts';
import { type Delivery, deliveryStateSchema } from '../../domain/delivery.ts';
import { enrollmentIdSchema, evidenceIdSchema } from '../../domain/ids.ts';
import { emailAddressSchema } from '../../domain/person.ts';
import { deliveryStamp } from '../../domain/stamp.ts';
import { instantSchema } from '../../domain/time.ts';
import { stampEtag } from '../etag.ts';
import { type Acting, defineRoute } from '../route.ts';
import { enrollmentParams } from './enrollment-shapes.ts';

const deliveryViewSchema = () =>
  z
    .strictObject({
      delivery: z.string(),
      etag: z.string().describe('Which state of it this is: a resend gives it back in `If-Match`'),
      about: z.strictObject({
        kind: z.enum(['credential', 'lapse-warning']),
        credential: z.string().optional(),
        expiresOn: z.string().optional(),
        to: z.enum(['apprentice', 'program']).optional(),
      }),
      state: deliveryStateSchema,
      queuedAt: instantSchema,
      attempt: z.number().int(),
      sentAt: instantSchema.optional(),
      settledAt: instantSchema.optional(),
      reason: z.string().optional().describe('Why it is parked, cancelled or bounced'),
      resendOf: z.string().optional().describe('Sent once more on a person’s word: the email that it repeats'),
      resentAs: z.string().optional().describe('The email that was sent in its place, which answers for it'),
      to: z.string().optional().describe('Where this one alone went'),
    })
    .meta({ id: 'Delivery', title: 'Delivery' });

/** The address of one email is told to those who may see the apprentice's own. */
function deliveryView(whole: Delivery, { as, scope }: Acting) {
  const { about, ...delivery } = whole;
  const { deliveryId, state, queuedAt, attempt, sentAt, settledAt, reason, resendOf, resentAs, to } = delivery;
  const seesAddress = as.role === 'administrator' || scope === 'own';
  return {
    delivery: deliveryId,
    etag: stampEtag(deliveryStamp(whole)),
    about:
      about.kind === 'credential'
        ? { kind: about.kind, credential: about.credentialId }
        : { kind: about.kind, expiresOn: about.expiresOn, to: about.to },
    ...{ state, queuedAt, attempt },
    ...(sentAt !== undefined && { sentAt }),
    ...(settledAt !== undefined && { settledAt }),
    ...(reason !== undefined && { reason }),
    ...(resendOf !== undefined && { resendOf }),
    ...(resentAs !== undefined && { resentAs }),
    ...(to !== undefined && seesAddress && { to }),
  };
}

const list = defineRoute(
  {
    method: 'get',
    path: '/enrollments/{enrollment}/deliveries',
    summary: 'The emails of a record, the newest first, and what became of each',
    access: { administrator: 'any', operator: 'any', auditor: 'any', apprentice: 'own' },
    request: { params: enrollmentParams },
    responses: {
      200: {
        description: 'The emails, a hundred at the most',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ items: z.array(deliveryViewSchema()).max(maxShown), more: z.boolean() }),
        ),
      },
    },
    reads: { action: 'record-read', what: 'deliveries' },
  },
  async ({ ports: { store }, who, params }) => {
    const ref = { program: who.program, ...params };
    const [enrollment, deliveries] = await Promise.all([store.readEnrollment(ref), store.listDeliveries(ref)]);
    if (!enrollment)
      return refused('enrollment.unknown', `enrollment: there is no "${params.enrollment}" in this program`);
    const items = deliveries.slice(0, maxShown).map((delivery) => deliveryView(delivery, who));
    return { status: 200, json: { items, more: deliveries.length > maxShown } };
  },
);

const maxShown = 100;

const resend = defineRoute(
  {
    method: 'post',
    path: '/deliveries/{delivery}/resend',
    summary: 'Sends the email of a credential in force once more, to another address where an administrator gives one',
    description: 'The address is for this email alone. What is on its way already is not sent again.',
    access: { administrator: 'any', operator: 'any' },
    request: {
      params: /* @__PURE__ */ z.lazy(() => z.strictObject({ delivery: evidenceIdSchema })),
      body: /* @__PURE__ */ z.lazy(() =>
        z.strictObject({ enrollment: enrollmentIdSchema, email: emailAddressSchema.optional() }),
      ),
    },
    responses: {
      202: {
        description: 'Queued, now or before',
        schema: z.strictObject({ outcome: z.enum(['resent', 'repeated']), delivery: z.string() }),
      },
    },
    ifMatch: 'delivery',
  },
  async ({ ports, who, params: { delivery }, body: { enrollment, email }, stamp }) => {
    if (email !== undefined && who.as.role !== 'administrator')
      return refused('caller.forbidden', 'email: another address is for an administrator to give');
    const ref = { program: who.program, enrollment };
    // The id follows from the request's key: sent again, it finds the email that it made.
    const answer = await resendDelivery(ports, who.as, ref, { delivery, email, as: ports.ids.id(), stamp });
    return answer.outcome === 'refused' ? answer : { status: 202, json: answer };
  },
);

export const deliveries = [list, resend];
