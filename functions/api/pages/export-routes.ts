import * as z from 'zod';
import { fetchExport } from '../../acts/fetch-export.ts';
import { exportIdSchema } from '../../domain/export-job.ts';
import { defineRoute } from '../route.ts';

/** Where the email about a bundle leads: who is signed in and may have it goes on to it, for a few minutes. */
const fetchBundle = defineRoute(
  {
    method: 'get',
    path: '/exports/{export}',
    summary: 'An audit bundle that was asked for',
    access: { auditor: 'any', administrator: 'any' },
    pulls: true,
    request: { params: /* @__PURE__ */ z.lazy(() => z.object({ export: exportIdSchema })) },
    responses: { 303: { description: 'To the bundle' } },
    page: true,
  },
  async ({ ports, who, params }) => {
    const caller = { program: who.program, actor: who.as };
    const fetched = await fetchExport({ ...ports, links: ports.exportLinks }, caller, params.export);
    if (fetched.outcome === 'refused') return fetched;
    return { status: 303, plain: null, headers: { Location: fetched.link } };
  },
);

export const exportRoutes = [fetchBundle];
