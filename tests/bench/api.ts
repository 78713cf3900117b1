import { Hono } from 'hono';
import { coldRows } from './api/bundles.ts';
import { codeOf, type FilledApp, origin, probes, startFilledApp } from './api/filled-app.ts';
import { gatewayRows } from './api/through-gateway.ts';
import { type Ask, timings } from './api/timing.ts';
import { type Group, type Row, row } from './row.ts';

/** How many enrollments the program has, each in a table of its own; `--enrollments N` adds a larger one. */
const sizes = [10, 1_000, 10_000];
/** A page of the cohort shows a hundred: from here on all are alike. */
const fullPage = 1_000;
const administrators = 8;

/**
 * Requests a second and their slowest hundredth, by how many enrollments there are: what one asks must not cost more because
 * others are there. In one process with the emulator of each table beside it, so that the figures are the two together.
 */
export const api: Group = async (tell, { enrollments }) => {
  const all = enrollments === undefined ? sizes : [...new Set([...sizes, enrollments])].sort((a, b) => a - b);
  const rows = coldRows(tell);
  tell('a bare Hono app');
  const bare = new Hono().get('/', (c) => c.json({ ok: true }));
  const took = await timings(new Map([['bare', () => bare.request(`${origin}/`)]]));
  rows.push(row('api.bare-hono.per-second', took.get('bare')?.perSecond ?? Number.NaN, '/s'));
  rows.push(...(await flatRows(all, tell)));
  tell('through the gateway');
  rows.push(...(await gatewayRows()));
  return rows;
};

async function flatRows(all: readonly number[], tell: (text: string) => void): Promise<Row[]> {
  const apps = new Map<number, FilledApp>();
  try {
    const asks = new Map<string, Ask>();
    for (const count of all) {
      tell(`filling a table with ${count} enrollments`);
      const app = await startFilledApp();
      apps.set(count, app);
      await app.fillTo(count);
      for (const [name, ask] of Object.entries(await asksOf(app, count))) asks.set(`${name}.${count}`, ask);
    }
    tell(`asking, by turns, of ${all.join(', ')} enrollments`);
    const took = await timings(asks);
    const p50 = (name: string, count: number) => took.get(`${name}.${count}`)?.p50 ?? Number.NaN;
    const largest = all.at(-1) ?? 0;
    const flat = (name: string, from = all[0] ?? 0) =>
      row(`api.${name}.flat`, p50(name, largest) / p50(name, from), 'x', { atMost: 1.5 });
    return [
      ...[...took].flatMap(([name, each]) => [
        row(`api.${name}.per-second`, each.perSecond, '/s'),
        row(`api.${name}.p50`, each.p50, 'ms'),
        row(`api.${name}.p99`, each.p99, 'ms'),
      ]),
      flat('verify'),
      flat('progress'),
      flat('cohort', fullPage),
    ];
  } finally {
    for (const app of apps.values()) await app.stop();
  }
}

/** What is asked, over all certificates, some apprentices, and one program. */
async function asksOf({ app, tokenOf }: FilledApp, count: number): Promise<Record<string, Ask>> {
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
  return {
    verify: (n) => get(`/v/${codeOf((n * 7_919) % count)}`),
    progress: (n) => get(`/enrollments/e${n % probes}/progress`, apprentices[n % probes]),
    cohort: (n) => get('/cohort', offices[n % administrators]),
  };
}
