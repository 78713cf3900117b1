import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../functions/adapters/aws/commit-items.ts';

const putMs = 2_000;

/** Plain puts of a kilobyte, one after another from one client: what the emulator itself takes a second. */
export async function rawPutsPerSecond(client: DynamoDBClient, tableName: string): Promise<number> {
  const begun = Date.now();
  let puts = 0;
  for (; Date.now() - begun < putMs; puts++) {
    const Item = toItem({ pk: 'load#PLAIN', sk: String(puts), filling: 'x'.repeat(900) });
    await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
  return Math.round(puts / ((Date.now() - begun) / 1000));
}

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
