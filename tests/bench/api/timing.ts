import { median, percentile } from '../row.ts';

/** How long requests took alone, and how many a second were answered side by side. */
export type Timing = { p50: number; p99: number; perSecond: number };

/** One request, which must be answered well; `n` counts them. */
export type Ask = (n: number) => Promise<{ status: number }> | { status: number };

const warmUps = 10;
const rounds = 8;
const alone = 20;
const together = 24;
const atOnce = 8;

/** Rounds go around everything that is compared, so that a slow spell of the machine touches all of it. */
export async function timings(asks: ReadonlyMap<string, Ask>): Promise<Map<string, Timing>> {
  const times = new Map([...asks.keys()].map((name) => [name, [] as number[]]));
  const rates = new Map([...asks.keys()].map((name) => [name, [] as number[]]));
  for (const ask of asks.values()) for (let n = 0; n < warmUps; n++) await once(ask, n);
  for (let round = 0; round < rounds; round++) {
    for (const [name, ask] of asks) {
      for (let n = 0; n < alone; n++) {
        const begun = performance.now();
        await once(ask, round * alone + n);
        times.get(name)?.push(performance.now() - begun);
      }
      rates.get(name)?.push(await perSecond(ask, round * together));
    }
  }
  return new Map(
    [...times].map(([name, taken]) => [
      name,
      { p50: median(taken), p99: percentile(taken, 99), perSecond: median(rates.get(name) ?? []) },
    ]),
  );
}

async function perSecond(ask: Ask, from: number): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < together; n = next++) await once(ask, from + n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return together / ((performance.now() - begun) / 1000);
}

async function once(ask: Ask, n: number): Promise<void> {
  const { status } = await ask(n);
  if (status !== 200) throw new Error(`a request was answered with ${status}`);
}
