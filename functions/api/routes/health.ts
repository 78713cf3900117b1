import * as z from 'zod';
import { defineRoute } from '../route.ts';

const alive = defineRoute(
  {
    method: 'get',
    path: '/healthz',
    summary: 'Says that the application runs; asks nothing of what is behind it',
    access: 'public',
    responses: { 200: { description: 'It runs', schema: z.strictObject({ status: z.literal('ok') }) } },
  },
  () => ({ status: 200, json: { status: 'ok' } }),
);

export const health = [alive];
