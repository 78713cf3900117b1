import * as z from 'zod';
import { exportView, fetchExport, readExport } from '../../acts/fetch-export.ts';
import { exportErrandFields, requestExport } from '../../acts/request-export.ts';
import { actorSchema } from '../../domain/audit.ts';
import { exportBundleSchema, exportIdSchema } from '../../domain/export-job.ts';
import { exportRequestFields } from '../../domain/export-request.ts';
import { exportScopeSchema } from '../../domain/export-scope.ts';
import { instantSchema } from '../../domain/time.ts';
import { type Acting, defineRoute } from '../route.ts';
import { cursorSchema } from './enrollment-shapes.ts';

const auditors = { auditor: 'any', administrator: 'any' } as const;

const jobFields = () => ({
  program: z.string(),
  exportId: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  scope: exportScopeSchema(),
  unredacted: z.boolean(),
  summaries: z.boolean(),
  requestedBy: actorSchema(),
  requestedAt: instantSchema,
  changedAt: instantSchema,
  attempt: z.number().int(),
  progress: z.strictObject({ done: z.number().int(), of: z.number().int() }).optional(),
  /** Why it failed, as a code. */
  reason: z.string().optional(),
  settledAt: instantSchema.optional(),
  bundle: exportBundleSchema().omit({ key: true }).optional(),
  /** Whether the email about it went out. */
  notice: z.enum(['wanted', 'sending', 'sent', 'refused']).optional(),
});
const jobSchema = /* @__PURE__ */ z.lazy(() => z.strictObject(jobFields()).meta({ id: 'ExportJob' }));

const callerOf = ({ program, as: actor }: Acting) => ({ program, actor });

const request = defineRoute(
  {
    method: 'post',
    path: '/audit/exports',
    unconditional: 'makes a bundle of its own',
    summary: 'Asks for an audit bundle: one enrollment, a span, a sample, or the whole program',
    description:
      'It is made after the answer. With `notify`, an email says when. Every request is recorded, refused ones too; a bundle holds the records of one program.',
    access: auditors,
    pulls: true,
    request: {
      body: /* @__PURE__ */ z.lazy(() => z.strictObject({ ...exportRequestFields(), ...exportErrandFields() })),
    },
    responses: { 202: { description: 'Asked for', schema: jobSchema } },
  },
  async ({ ports, who, body, origin }) => {
    const asked = await requestExport(ports, callerOf(who), body, (id) => `${origin}/exports/${id}`);
    if (asked.outcome === 'refused') return asked;
    const headers = { Location: `/audit/exports/${asked.job.exportId}` };
    return { status: 202, json: exportView(asked.job), headers };
  },
);

const list = defineRoute(
  {
    method: 'get',
    path: '/audit/exports',
    summary: 'The bundles that were asked for, newest first',
    access: auditors,
    request: { query: /* @__PURE__ */ z.lazy(() => z.strictObject({ cursor: cursorSchema.optional() })) },
    responses: {
      200: {
        description: 'A page',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ items: z.array(jobSchema).max(100), cursor: z.string().optional() }),
        ),
      },
    },
    reads: { action: 'records-listed', what: 'exports' },
  },
  async ({ ports: { exports: jobs }, who, query }) => {
    const { items, cursor } = await jobs.list(who.program, query.cursor);
    return { status: 200, json: { items: items.map(exportView), ...(cursor !== undefined && { cursor }) } };
  },
);

const read = defineRoute(
  {
    method: 'get',
    path: '/audit/exports/{export}',
    summary: 'How far a bundle is; once it is done, an address to fetch it from for five minutes',
    description: 'To be given that address is a read of all that the bundle holds, and recorded as one.',
    access: auditors,
    pulls: true,
    request: { params: /* @__PURE__ */ z.lazy(() => z.strictObject({ export: exportIdSchema })) },
    responses: {
      200: {
        description: 'The bundle',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ ...jobFields(), link: z.url().optional(), linkSeconds: z.number().int().optional() }),
        ),
      },
    },
  },
  async ({ ports, who, params }) => {
    const fetched = await fetchExport({ ...ports, links: ports.exportLinks }, callerOf(who), params.export);
    if (fetched.outcome === 'ready')
      return { status: 200, json: { ...fetched.job, link: fetched.link, linkSeconds: fetched.seconds } };
    // A job says how far it is before its bundle is there, and outlives it.
    if (fetched.code !== 'export.not-ready' && fetched.code !== 'export.expired') return fetched;
    const job = await readExport(ports, who, params.export);
    return 'code' in job ? job : { status: 200, json: job };
  },
);

export const exports = [request, list, read];
