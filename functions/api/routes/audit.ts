import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import { type AccessEntry, accessEntrySchema } from '../../domain/access.ts';
import { civilDateSchema } from '../../domain/time.ts';
import { defineRoute } from '../route.ts';

/** As many entries as one answer holds; a program reads a few hundred records on a busy day. */
const maxEntries = 1_000;
const maxDays = 31;

const access = defineRoute(
  {
    method: 'get',
    path: '/audit/access',
    summary: 'Who read what, from one day (UTC) to another, both included: 31 days and 1,000 reads at the most',
    description: 'This very read is entered first. `more`: there were more than are shown; ask for fewer days.',
    access: { auditor: 'any', administrator: 'any' },
    request: {
      query: /* @__PURE__ */ z.lazy(() => z.strictObject({ from: civilDateSchema, to: civilDateSchema })),
    },
    responses: {
      200: {
        description: 'The reads, in their order',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({
            entries: z.array(accessEntrySchema.meta({ id: 'AccessEntry' })).max(maxEntries),
            more: z.boolean(),
          }),
        ),
      },
    },
  },
  async ({ ports, who, query: { from, to } }) => {
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    if (days < 1) return refused('span.invalid', 'to: lies before from; give a later day');
    if (days > maxDays) return refused('span.invalid', `to: ${maxDays} days at the most; ask for fewer`);
    const entered = { actor: who.as, action: 'access-read' as const, subject: who.program, facts: { from, to } };
    await ports.access.append(who.program, entered);
    const entries: AccessEntry[] = [];
    for await (const entry of ports.access.list(who.program, from, to)) {
      if (entries.length === maxEntries) return { status: 200, json: { entries: inOrder(entries), more: true } };
      entries.push(entry);
    }
    return { status: 200, json: { entries: inOrder(entries), more: false } };
  },
);

const inOrder = (entries: readonly AccessEntry[]) => [...entries].sort((a, b) => (a.at < b.at ? -1 : 1));

export const audit = [access];
