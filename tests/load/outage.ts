import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { readAftermath, readQueues } from '../chaos/aftermath.ts';
import { type Broken, judge } from '../chaos/judges.ts';
import { bulkLoad, makeApprentice } from '../support/bulk.ts';
import { startLoadStack } from './load-stack.ts';
import { emailsIn, journalCounts } from './measure.ts';
import { surgeFramework, surgeProgram, surgeTemplate, withEnding } from './surge-program.ts';

export type OutageReport = {
  apprentices: number;
  downHours: number;
  seconds: number;
  deferred: number;
  emails: number;
  /** Of the stack's own time, from the mail service's return to the last email. */
  minutesUntilSent: number;
  broken: Broken[];
};

const downHours = 2;
/** As often as the clock is set forward: sweeps run each time, more seldom than on AWS and as truly. */
const stepMinutes = 5;
const longestBackMinutes = 24 * 60;

/** For a machine with others on it, until each email has been refused for the first time. */
const patienceSecondsEach = 6;

/** The mail service is down for two hours of the stack's time: every email goes out once it is back, and once each. */
export async function outage({
  apprentices,
  tell,
}: {
  apprentices: number;
  tell(text: string): void;
}): Promise<OutageReport> {
  tell('outage: starting a stack');
  const begun = performance.now();
  const { stack, ports, close } = await startLoadStack({ movableClock: true });
  const { endpoints, tableName, inbox, dataFolder } = stack.describe();
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  try {
    const loaded = await loadProgram(ports, {
      program: surgeProgram,
      framework: surgeFramework,
      template: surgeTemplate,
    });
    if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
    await stack.kill('ses');
    const people = Array.from({ length: apprentices }, (_, i) =>
      makeApprentice(surgeProgram, surgeFramework, `outage-${i}`, 4),
    );
    await bulkLoad(
      client,
      tableName,
      people.flatMap(({ items }) => items),
    );
    const deferred = () => journalCounts(dataFolder, 'deliver')['deliver.deferred'] ?? 0;
    const patienceSeconds = 120 + apprentices * patienceSecondsEach;
    const deadline = Date.now() + patienceSeconds * 1000;
    while (deferred() < apprentices) {
      if (Date.now() > deadline) throw new Error(await whatWaits(stack, deferred(), apprentices, patienceSeconds));
      tell(`outage: ${deferred()}/${apprentices} refused for the first time`);
      await sleep(500);
    }
    for (let minutes = 0; minutes < downHours * 60; minutes += stepMinutes) {
      tell(`outage: the mail service is down for ${minutes} minutes`);
      await pass(stack, stepMinutes);
    }
    if ((await countUnderway(ports, people)) !== apprentices)
      throw new Error('an email was given up while nobody could send');
    const failedBefore = deferred();
    await stack.restore('ses');
    let minutesUntilSent = 0;
    for (
      ;
      (await emailsIn(inbox)) < apprentices && minutesUntilSent < longestBackMinutes;
      minutesUntilSent += stepMinutes
    ) {
      tell(`outage: back for ${minutesUntilSent} minutes, ${await emailsIn(inbox)}/${apprentices} sent`);
      await pass(stack, stepMinutes);
    }
    // Another hour: whoever would send a second time does so now.
    for (let minutes = 0; minutes < 60; minutes += stepMinutes * 4) await pass(stack, stepMinutes * 4);
    const stored = await ports.store.readProgram(surgeProgram.id);
    if (!stored) throw new Error('the program is gone');
    const judged = people.map(({ ref }) => withEnding(ref));
    const aftermath = await readAftermath(stack.describe(), judged, stack.clock.now());
    const { broken, counts } = await judge(aftermath, {
      apprentices: judged,
      settings: new Map([[surgeProgram.id, { stored, framework: surgeFramework, template: surgeTemplate }]]),
      poisoned: new Set(),
      now: ports.clock.now(),
    });
    if (counts.emails !== apprentices || counts.duplicates > 0 || counts.sent !== apprentices) {
      const what = `${counts.emails} emails, ${counts.duplicates} twice, ${counts.sent} sent, ${counts.parked} parked`;
      broken.push({ promise: 'everything is sent once the mail service is back, once each', enrollment: 'all', what });
    }
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    return { apprentices, downHours, seconds, deferred: failedBefore, emails: counts.emails, minutesUntilSent, broken };
  } finally {
    client.destroy();
    await close();
  }
}

/** Which step has not come so far, by what each has told and what lies in the queues. */
async function whatWaits(stack: Stack, refused: number, of: number, seconds: number): Promise<string> {
  const { dataFolder, endpoints, queueUrls } = stack.describe();
  const { waiting } = await readQueues({ endpoints, queueUrls });
  const told = ['evaluate', 'issue', 'deliver'].map(
    (step) => `${step} ${JSON.stringify(journalCounts(dataFolder, step))}`,
  );
  const queues = Object.entries(waiting).map(([queue, messages]) => `${messages} in ${queue}`);
  return (
    `outage: after ${seconds} s only ${refused} of ${of} emails were refused by the mail service that is down; ` +
    `waiting: ${queues.join(', ')}; told so far: ${told.join(', ')}`
  );
}

/** So many minutes of the stack's time, with what they bring: messages that were held back, and the sweep. */
async function pass(stack: Stack, minutes: number): Promise<void> {
  stack.clock.forward?.(minutes * 60);
  await sleep(100);
  await stack.drain(120);
  await stack.runSchedule('due');
  await stack.drain(120);
}

async function countUnderway(
  ports: Awaited<ReturnType<typeof startLoadStack>>['ports'],
  people: readonly ReturnType<typeof makeApprentice>[],
): Promise<number> {
  let underway = 0;
  for (const { ref } of people) {
    const record = await ports.store.readRecord(ref);
    underway += Number(record?.deliveries.every(({ state }) => state === 'queued' || state === 'sending'));
  }
  return underway;
}
