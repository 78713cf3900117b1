import * as z from 'zod';
import { policySchema } from '../../domain/program.ts';
import { defineRoute } from '../route.ts';

const programSummary = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      id: z.string(),
      name: z.string(),
      sponsor: z.string(),
      timeZone: z.string(),
      achievement: z.string(),
      framework: z.strictObject({ id: z.string(), version: z.string(), hash: z.string() }),
      policy: policySchema(),
    })
    .meta({ id: 'Program', title: 'Program' }),
);

const list = defineRoute(
  {
    method: 'get',
    path: '/programs',
    summary: "The caller's program: there is one in a token, so that the list has one item",
    access: { administrator: 'any', assessor: 'any', apprentice: 'any', auditor: 'any', operator: 'any' },
    responses: {
      200: { description: 'The program', schema: z.strictObject({ items: z.array(programSummary) }) },
    },
  },
  async ({ ports, who }) => {
    const stored = await ports.store.readProgram(who.program);
    if (!stored) return { status: 200, json: { items: [] } };
    const { id, name, sponsor, timeZone, achievement, framework, policy } = stored.program;
    const pinned = { ...framework, hash: stored.frameworkHash };
    return { status: 200, json: { items: [{ id, name, sponsor, timeZone, achievement, framework: pinned, policy }] } };
  },
);

export const programs = [list];
