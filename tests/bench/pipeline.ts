import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { assessEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { descriptionName } from '../../infra/local/data-folder.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { startStack } from '../../infra/local/stack.ts';
import { bulkLoad, type Loaded, makeApprentice } from '../support/bulk.ts';
import { plainPutsPerSecond } from '../support/plain-puts.ts';
import { type Group, percentile, type Row, row } from './row.ts';

const root = join(import.meta.dirname, '../..');
/** Who completes at once, and who one at a time. */
const surge = 200;
const singles = 30;
const patienceSeconds = 600;

/**
 * From the last piece of evidence to the email, in a whole local stack: 200 apprentices at once and 30 one at a time,
 * with 200 and with 2,000 other enrollments in the table; beside what the emulator takes in plain puts.
 */
export const pipeline: Group = async (tell) => {
  const small = await measure(200, tell);
  const large = await measure(2000, tell);
  return [
    ...small.rows,
    ...large.rows,
    row('pipeline.growth', large.perEmail / small.perEmail, 'x', { atMost: 1.2 }),
    row('pipeline.raw-puts', small.rawPuts, 'puts/s'),
  ];
};

async function measure(stored: number, tell: (text: string) => void) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'journeypaper-pipeline-'));
  tell(`${stored} stored: starting a stack`);
  const stack = await startStack({ dataFolder, schedules: false });
  const connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  const { endpoints, tableName, inbox } = stack.describe();
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  try {
    const { files, program, framework } = readDemoProgram(root, 'staten-island-peer-specialist');
    const loaded = await loadProgram(connection.ports, files);
    if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
    const rawPuts = await plainPutsPerSecond(client, tableName);
    const last = requirementsOf(framework).size - 1;
    const others = Array.from({ length: stored }, (_, i) => makeApprentice(program, framework, `other-${i}`, 4));
    const apprentices = Array.from({ length: surge + singles }, (_, i) =>
      makeApprentice(program, framework, `apprentice-${i}`, last),
    );
    tell(`${stored} stored: loading ${stored + surge + singles} enrollments and their evidence`);
    await bulkLoad(
      client,
      tableName,
      [...others, ...apprentices].flatMap((a) => a.items),
    );
    tell(`${stored} stored: evaluating what was loaded`);
    await stack.drain(patienceSeconds);

    const complete = async ({ ref, last: piece }: Loaded) => {
      const begun = Date.now();
      const [verdict] = await assessEvidence(connection.ports, ref, [
        { ...piece, assessor: program.assessors[0]?.id ?? '', outcome: 'met' },
      ]);
      if (verdict?.outcome !== 'assessed') throw new Error(JSON.stringify(verdict));
      return begun;
    };
    tell(`${stored} stored: one at a time`);
    const alone: number[] = [];
    for (const apprentice of apprentices.slice(surge)) {
      const begun = await complete(apprentice);
      await awaitEmails(inbox, alone.length + 1);
      alone.push(Date.now() - begun);
    }
    tell(`${stored} stored: ${surge} at once`);
    const begun = Date.now();
    await Promise.all(apprentices.slice(0, surge).map(complete));
    await awaitEmails(inbox, surge + singles);
    const seconds = (Date.now() - begun) / 1000;
    const rows: Row[] = [
      row(`pipeline.${stored}.seconds`, seconds, 's'),
      row(`pipeline.${stored}.per-email`, (seconds * 1000) / surge, 'ms'),
      row(`pipeline.${stored}.one.p50`, percentile(alone, 50), 'ms'),
      row(`pipeline.${stored}.one.p99`, percentile(alone, 99), 'ms'),
    ];
    return { rows, perEmail: seconds / surge, rawPuts };
  } finally {
    client.destroy();
    connection.close();
    await stack.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function awaitEmails(inbox: string, count: number): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  while (Date.now() < deadline) {
    const { total } = (await (await fetch(`${inbox}.json?limit=1`)).json()) as { total: number };
    if (total >= count) return;
    await sleep(10);
  }
  throw new Error(`the inbox did not reach ${count} emails in ${patienceSeconds} s`);
}
