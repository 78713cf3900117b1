import * as z from 'zod';
import { defineRoute } from '../route.ts';
import { frameOfAnyone, goTo, page } from './page-answer.ts';
import { verifyCode } from './verify-model.ts';
import { verifyForm, verifyPage } from './verify-page.ts';

const form = defineRoute(
  {
    method: 'get',
    path: '/v',
    summary: 'Where a code is typed in',
    access: 'public',
    request: { query: z.object({ code: z.string().max(200).optional() }) },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const typed = call.query.code?.replaceAll(/\s/g, '') ?? '';
    if (typed !== '') return goTo(call, `/v/${encodeURIComponent(typed)}`);
    const frame = await frameOfAnyone(call);
    return page(call, frame, verifyForm(frame));
  },
);

/** Every code has the same look-ups and, unless it is a certificate's, the same answer: guessing teaches nothing. */
const code = defineRoute(
  {
    method: 'get',
    path: '/v/{code}',
    summary: 'What is known of a code',
    access: 'public',
    request: { params: z.object({ code: z.string() }) },
    responses: { 200: { description: 'The page' }, 404: { description: 'No certificate has this code' } },
    page: true,
  },
  async (call) => {
    const verification = await verifyCode(call.ports, call.params.code);
    const frame = await frameOfAnyone(call);
    return page(call, frame, verifyPage(frame, verification), verification.outcome === 'unknown' ? 404 : 200);
  },
);

export const verifyRoutes = [form, code];
