import { Hono } from 'hono';
import { coldRows } from './api/bundles.ts';
import { codeOf, origin, probes, startFilledApp } from './api/filled-app.ts';
import { gatewayRows } from './api/through-gateway.ts';
import { type Ask, type Timing, timing } from './api/timing.ts';
import { type Group, type Row, row } from './row.ts';

/** How many enrollments the program has, one after the other; `--enrollments N` adds a larger one. */
const sizes = [10, 1_000, 10_000];
/** A page of the cohort shows a hundred: from here on all are alike. */
const fullPage = 1_000;
const administrators = 8;

/**
 * Requests a second and their slowest hundredth, by how many enrollments there are: what one asks must not cost more because
 * others are there. In one process with the emulator of the table beside it, so that the figures are the two together.
 */
export const api: Group = async (tell, { enrollments }) => {
  const all = enrollments === undefined ? sizes : [...new Set([...sizes, enrollments])].sort((a, b) => a - b);
  const rows: Row[] = [...coldRows((text) => tell(text))];
  tell('a bare Hono app');
  const bare = new Hono().get('/', (c) => c.json({ ok: true }));
  rows.push(row('api.bare-hono.per-second', (await timing(() => bare.request(`${origin}/`))).perSecond, '/s'));
  rows.push(...(await flatRows(all, tell)));
  tell('through the gateway');
  rows.push(...(await gatewayRows()));
  return rows;
};

async function flatRows(all: readonly number[], tell: (text: string) => void): Promise<Row[]> {
  const filled = await startFilledApp();
  const measured = new Map<string, Map<number, Timing>>();
  const rows: Row[] = [];
  try {
    const asks = await asksOf(filled);
    for (const count of all) {
      tell(`${count} enrollments: filling`);
      await filled.fillTo(count);
      for (const [name, ask] of Object.entries(asks(count))) {
        tell(`${count} enrollments: ${name}`);
        const took = await timing(ask);
        measured.set(name, (measured.get(name) ?? new Map<number, Timing>()).set(count, took));
        rows.push(row(`api.${name}.${count}.per-second`, took.perSecond, '/s'));
        rows.push(row(`api.${name}.${count}.p50`, took.p50, 'ms'));
        rows.push(row(`api.${name}.${count}.p99`, took.p99, 'ms'));
      }
    }
  } finally {
    await filled.stop();
  }
  const largest = all.at(-1) ?? 0;
  for (const [name, bySize] of measured) {
    const from = name === 'cohort' ? fullPage : (all[0] ?? 0);
    const ratio = (bySize.get(largest)?.p50 ?? Number.NaN) / (bySize.get(from)?.p50 ?? Number.NaN);
    rows.push(row(`api.${name}.flat`, ratio, 'x', { atMost: 1.5 }));
  }
  return rows;
}

/** What is asked, over all certificates, some apprentices, and one program. */
async function asksOf({ app, tokenOf }: Awaited<ReturnType<typeof startFilledApp>>) {
  const apprentices = await Promise.all(Array.from({ length: probes }, (_, n) => tokenOf(`app-e${n}`, 'apprentice')));
  // Each enters what was read into a chain of its own: one alone would wait for himself.
  const offices = await Promise.all(
    Array.from({ length: administrators }, (_, n) => tokenOf(`office-${n}`, 'administrator')),
  );
  const get = async (path: string, token?: string) => {
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const answer = await app.request(`${origin}${path}`, { headers });
    await answer.arrayBuffer();
    return answer;
  };
  return (count: number): Record<string, Ask> => ({
    verify: (n) => get(`/v/${codeOf((n * 7_919) % count)}`),
    progress: (n) => get(`/enrollments/e${n % probes}/progress`, apprentices[n % probes]),
    cohort: (n) => get('/cohort', offices[n % administrators]),
  });
}
