import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import { frameworkRef, frameworkSchema } from '../../domain/framework.ts';
import { frameworkIdSchema, frameworkVersionSchema } from '../../domain/ids.ts';
import { defineRoute } from '../route.ts';

const named = /* @__PURE__ */ z.lazy(() => frameworkSchema.meta({ id: 'Framework' }));

const read = defineRoute(
  {
    method: 'get',
    path: '/frameworks/{id}/{version}',
    summary: 'One version of a framework: published, and the same for ever',
    access: { administrator: 'any', assessor: 'any', apprentice: 'any', auditor: 'any', operator: 'any' },
    request: { params: z.strictObject({ id: frameworkIdSchema, version: frameworkVersionSchema }) },
    responses: { 200: { description: 'The framework; its ETag is its hash', schema: named, etag: true } },
  },
  async ({ ports, params }) => {
    const framework = await ports.store.findFramework(params);
    if (!framework) return refused('framework.unknown', 'framework: there is none with this id and version');
    return { status: 200, json: framework, headers: { ETag: `"${frameworkRef(framework).hash}"` } };
  },
);

export const frameworks = [read];
