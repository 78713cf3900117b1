import * as z from 'zod';
import { type Refused, refused } from '../../acts/refusal.ts';
import { readStatus } from '../../acts/status.ts';
import { enrollmentIdSchema } from '../../domain/ids.ts';
import { defineRoute } from '../route.ts';
import { frameOf, page } from './page-answer.ts';
import { personPage } from './person-page.ts';

const person = defineRoute(
  {
    method: 'get',
    path: '/people/{enrollment}',
    summary: "One apprentice's record",
    access: { administrator: 'any', operator: 'any' },
    request: {
      params: z.object({ enrollment: enrollmentIdSchema }),
      query: z.object({ sensitive: z.literal('show').optional() }),
    },
    responses: { 200: { description: 'The page' } },
    reads: { action: 'record-read', what: 'person' },
    page: true,
  },
  async (call) => {
    const { ports, who, params, query } = call;
    const status = await readStatus(ports, { program: who.program, enrollment: params.enrollment });
    if (status.outcome === 'refused') return asUnknown(status);
    const showsSensitive = query.sensitive === 'show';
    // Beside the entry of the read: that the sensitive texts were asked for.
    if (showsSensitive) {
      const facts = { what: 'sensitive requirements' };
      await ports.access.append(who.program, {
        actor: who.as,
        action: 'record-read',
        subject: params.enrollment,
        facts,
      });
    }
    const frame = frameOf(call);
    const mayChange = who.roles.has('administrator');
    const mayResend = mayChange || who.roles.has('operator');
    return page(call, frame, personPage(frame, { status, showsSensitive, mayChange, mayResend }));
  },
);

/** A record of another program is not told from one that is not there. */
function asUnknown(refusal: Refused): Refused {
  return refusal.code === 'enrollment.unknown' ? refused(refusal.code, 'enrollment: there is none') : refusal;
}

export const personRoutes = [person];
