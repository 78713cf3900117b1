import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { assessEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { readAftermath } from '../chaos/aftermath.ts';
import { type Broken, judge } from '../chaos/judges.ts';
import { bulkLoad, type Loaded, makeApprentice } from '../support/bulk.ts';
import { plainPutsPerSecond } from '../support/plain-puts.ts';
import { startLoadStack } from './load-stack.ts';
import { awaitEmails, journalCounts, mostInASecond } from './measure.ts';
import { type Peaks, watchResident } from './resident.ts';
import {
  surgeFramework as framework,
  surgeProgram as program,
  surgeTemplate as template,
  withEnding,
} from './surge-program.ts';

export type SurgeOptions = { apprentices: number; mailRatePerSecond: number; tell(text: string): void };

export type SurgeReport = {
  apprentices: number;
  mailRatePerSecond: number;
  rawPutsPerSecond: number;
  seconds: { loading: number; evaluating: number; completing: number; draining: number };
  emails: number;
  mostEmailsInASecond: number;
  throttled: number;
  journal: Record<'evaluate' | 'issue' | 'deliver' | 'feedback', Record<string, number>>;
  peaks: Record<string, number>;
  broken: Broken[];
};

const last = 3;
const completingAtOnce = 64;
const madeAtOnce = 1_000;
/** Of the whole drain, for each apprentice: a slow machine with others on it. */
const patienceSecondsEach = 3;

/** Everybody is one assessment short; all get it at once. It drains, nothing is lost, and the account's rate holds. */
export async function surge({ apprentices, mailRatePerSecond, tell }: SurgeOptions): Promise<SurgeReport> {
  tell('surge: starting a stack');
  const { stack, ports, close } = await startLoadStack({ mailRatePerSecond });
  const { endpoints, tableName, inbox, dataFolder } = stack.describe();
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  const memory = watchResident(stack);
  try {
    const loaded = await loadProgram(ports, { program, framework, template });
    if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
    const raw = await plainPutsPerSecond(client, tableName);
    const patienceSeconds = 120 + apprentices * patienceSecondsEach;
    const begun = performance.now();
    const lap = lapTimer(begun);
    tell(`surge: loading ${apprentices} apprentices, one piece short`);
    const people = await loadPeople(client, tableName, apprentices);
    const loading = lap();
    tell('surge: evaluating what was loaded');
    await stack.drain(patienceSeconds);
    const evaluating = lap();
    tell('surge: all at once');
    await completeAll(ports, people);
    const completing = lap();
    await awaitEmails(inbox, apprentices, patienceSeconds, (n) => tell(`surge: ${n}/${apprentices} emails`));
    await stack.drain(patienceSeconds);
    const draining = lap();
    memory.stop();
    tell('surge: judging');
    const stored = await ports.store.readProgram(program.id);
    if (!stored) throw new Error('the program is gone');
    const asApprentices = people.map(({ ref }) => withEnding(ref));
    const aftermath = await readAftermath(stack.describe(), asApprentices, Date.now());
    const { broken } = await judge(aftermath, {
      apprentices: asApprentices,
      settings: new Map([[program.id, { stored, framework, template }]]),
      poisoned: new Set(),
      now: new Date().toISOString(),
    });
    return {
      apprentices,
      mailRatePerSecond,
      rawPutsPerSecond: raw,
      seconds: { loading, evaluating, completing, draining },
      emails: aftermath.emails.length,
      mostEmailsInASecond: mostInASecond(acceptedAt(dataFolder)),
      throttled: journalCounts(dataFolder, 'deliver', 'reason')['deliver.deferred mail.throttling'] ?? 0,
      journal: {
        evaluate: journalCounts(dataFolder, 'evaluate'),
        issue: journalCounts(dataFolder, 'issue'),
        deliver: journalCounts(dataFolder, 'deliver'),
        feedback: journalCounts(dataFolder, 'feedback'),
      },
      peaks: peaksOf(memory.peaks),
      broken,
    };
  } finally {
    client.destroy();
    await close();
  }
}

type Person = Pick<Loaded, 'ref' | 'last'>;

/** By the thousand, so that this program's own share of the runtime's memory stays small. */
async function loadPeople(client: DynamoDBClient, tableName: string, count: number): Promise<Person[]> {
  const people: Person[] = [];
  while (people.length < count) {
    const from = people.length;
    const some = Array.from({ length: Math.min(madeAtOnce, count - from) }, (_, i) =>
      makeApprentice(program, framework, `surge-${from + i}`, last),
    );
    await bulkLoad(
      client,
      tableName,
      some.flatMap(({ items }) => items),
    );
    people.push(...some.map(({ ref, last }) => ({ ref, last })));
  }
  return people;
}

async function completeAll(ports: Parameters<typeof assessEvidence>[0], people: readonly Person[]): Promise<void> {
  const left = [...people];
  const assessor = program.assessors[0]?.id ?? '';
  const worker = async () => {
    for (let one = left.pop(); one; one = left.pop()) {
      const [verdict] = await assessEvidence(ports, one.ref, [{ ...one.last, assessor, outcome: 'met' }]);
      if (verdict?.outcome !== 'assessed') throw new Error(JSON.stringify(verdict));
    }
  };
  await Promise.all(Array.from({ length: completingAtOnce }, worker));
}

function acceptedAt(dataFolder: string): string[] {
  const folder = join(dataFolder, 'data/ses/mail');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { acceptedAt: string }).acceptedAt);
}

export const peaksOf = (peaks: Peaks): Record<string, number> =>
  Object.fromEntries([...peaks].sort(([a], [b]) => (a < b ? -1 : 1)));

export function lapTimer(start: number): () => number {
  let from = start;
  return () => {
    const now = performance.now();
    const seconds = Math.round((now - from) / 100) / 10;
    from = now;
    return seconds;
  };
}
