import { median, percentile } from '../row.ts';

/** How long requests take alone, and how many a second are answered side by side. */
export type Timing = { p50: number; p99: number; perSecond: number };

/** One request, which must be answered well; `n` counts them. */
export type Ask = (n: number) => Promise<{ status: number }> | { status: number };

const warmUps = 40;
const alone = 300;
const together = 400;
const atOnce = 8;

export async function timing(ask: Ask): Promise<Timing> {
  for (let n = 0; n < warmUps; n++) await once(ask, n);
  const times: number[] = [];
  for (let n = 0; n < alone; n++) {
    const begun = performance.now();
    await once(ask, n);
    times.push(performance.now() - begun);
  }
  const begun = performance.now();
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < together; n = next++) await once(ask, n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const perSecond = together / ((performance.now() - begun) / 1000);
  return { p50: median(times), p99: percentile(times, 99), perSecond };
}

async function once(ask: Ask, n: number): Promise<void> {
  const { status } = await ask(n);
  if (status !== 200) throw new Error(`a request was answered with ${status}`);
}
