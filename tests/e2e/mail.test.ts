import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { assessEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { type Connection, connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { descriptionName } from '../../infra/local/data-folder.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { bulkLoad, makeApprentice } from '../support/bulk.ts';

const demo = readDemoProgram(join(import.meta.dirname, '../..'), 'staten-island-peer-specialist');
const addresses = {
  arrives: 'arrives@apprentices.example',
  hard: 'bounce@simulator.amazonses.com',
  soft: 'softbounce@simulator.amazonses.com',
  complains: 'complaint@simulator.amazonses.com',
};
const dataFolder = mkdtempSync(join(tmpdir(), 'journeypaper-mail-'));
let stack: Stack;
let connection: Connection;

/** One apprentice for each kind of mailbox, all completing at once. */
beforeAll(async () => {
  stack = await startStack({ dataFolder, schedules: false });
  connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  const loaded = await loadProgram(connection.ports, demo.files);
  if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
  const last = requirementsOf(demo.framework).size - 1;
  const apprentices = Object.entries(addresses).map(([id, email]) =>
    makeApprentice(demo.program, demo.framework, id, last, email),
  );
  const { endpoints, tableName } = stack.describe();
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  await bulkLoad(
    client,
    tableName,
    apprentices.flatMap((a) => a.items),
  );
  client.destroy();
  const assessor = demo.program.assessors[0]?.id ?? '';
  for (const { ref, last: piece } of apprentices) {
    await assessEvidence(connection.ports, ref, [{ ...piece, assessor, outcome: 'met' }]);
  }
  // The events come after the mail, in their own time.
  const told = async (enrollment: string) =>
    ['queued', 'sending', 'sent'].includes((await recordOf(enrollment)).deliveries[0]?.state ?? 'queued');
  await vi.waitFor(async () => expect(await Promise.all(Object.keys(addresses).map(told))).not.toContain(true), {
    timeout: 60_000,
    interval: 200,
  });
});

afterAll(async () => {
  connection?.close();
  await stack?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function recordOf(enrollment: string) {
  const record = await connection.ports.store.readRecord({ program: demo.program.id, enrollment });
  if (!record) throw new Error(`${enrollment} is not in the table`);
  return record;
}

describe('an email to a mailbox', () => {
  test.each([
    ['arrives', { state: 'delivered' }],
    ['hard', { state: 'parked', reason: 'bounced: Permanent/General' }],
    ['soft', { state: 'bounced', softBounces: 1 }],
    ['complains', { state: 'complained' }],
  ])('that %s leaves the delivery as it is and the credential valid', async (enrollment, delivery) => {
    const record = await recordOf(enrollment);
    expect(record.deliveries).toMatchObject([{ attempt: 1, ...delivery }]);
    expect(record.credentials).toMatchObject([{ state: 'issued' }]);
    expect(record.enrollment.pointers.completion?.active).toMatchObject({ suspended: false });
    expect(findChainFault(record.enrollment, record.ledger)).toBeUndefined();
  });
});

test('the email is tagged for its events, and says nothing that discloses', async () => {
  const { inbox } = stack.describe();
  const { mails } = (await (await fetch(`${inbox}.json`)).json()) as {
    mails: { id: string; destinations: string[]; tags: Record<string, string> }[];
  };
  const mail = mails.find(({ destinations }) => destinations.includes(addresses.arrives));
  const record = await recordOf('arrives');
  expect(mail?.tags).toEqual({
    program: demo.program.id,
    enrollment: 'arrives',
    delivery: record.deliveries[0]?.deliveryId,
    attempt: '1',
  });
  const parsed = await PostalMime.parse(await (await fetch(`${inbox}/${mail?.id}.eml`)).text());
  expect(parsed.subject).toBe('Your certificate from Apprenticeship Office');
  expect(parsed.from?.address).toBe(demo.program.email.from);
  expect(parsed.attachments).toMatchObject([
    { mimeType: 'application/pdf', filename: expect.stringMatching(/^certificate-[0-9A-Z]+\.pdf$/) },
  ]);
  expect(`${parsed.subject} ${parsed.text} ${parsed.html}`).not.toMatch(
    /recovery|lived|peer|substance|assess|training log/i,
  );
});

test('every step of the way is in the ledger', async () => {
  const { ledger } = await recordOf('arrives');
  const actions = new Set(ledger.map((entry) => entry.action));
  for (const action of [
    'evidence-accepted',
    'assessment-accepted',
    'completion-reached',
    'credential-requested',
    'credential-issued',
    'delivery-queued',
    'delivery-sending',
    'delivery-sent',
    'delivery-delivered',
  ]) {
    expect(actions).toContain(action);
  }
});
