import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The most that any second held. */
export function mostInASecond(instants: readonly string[]): number {
  const sorted = instants.map((at) => Date.parse(at)).sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of sorted.entries()) {
    while ((sorted[first] ?? 0) <= at - 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** How often a step wrote each of its journal's codes; with `field`, by that field's values: `deliver.deferred mail.throttling`. */
export function journalCounts(dataFolder: string, step: string, field?: string): Record<string, number> {
  const file = join(dataFolder, 'logs', `${step}.log`);
  const counts: Record<string, number> = {};
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    if (!line.startsWith('{')) continue;
    const entry = JSON.parse(line) as Record<string, unknown>;
    const what = entry.code ?? entry.reason ?? entry.error;
    const name = [what, field === undefined ? undefined : entry[field]].filter(Boolean).join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many emails the inbox holds. */
export async function emailsIn(inbox: string): Promise<number> {
  return ((await (await fetch(`${inbox}.json?limit=1`)).json()) as { total: number }).total;
}

/** @throws Error where the inbox does not hold so many in time. */
export async function awaitEmails(inbox: string, count: number, patienceSeconds: number, tell: (n: number) => void) {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const there = await emailsIn(inbox);
    tell(there);
    if (there >= count) return;
    if (Date.now() > deadline) throw new Error(`${there} of ${count} emails came in ${patienceSeconds} s`);
    await sleep(500);
  }
}
