import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assessEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { type Connection, connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import type { AccessEntry } from '../../functions/domain/access.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { bundleKeys } from '../../functions/export/bundle-keys.ts';
import { descriptionName } from '../../infra/local/data-folder.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { verifyBundle } from '../support/audit-world.ts';
import { bulkLoad, makeApprentice } from '../support/bulk.ts';
import { signIn } from '../support/sign-in.ts';
import { unzip } from '../support/unzip.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-export-api-'));
const demo = readDemoProgram(join(import.meta.dirname, '../..'), 'staten-island-peer-specialist');
const program = demo.program.id;
const assessor = demo.program.assessors[0]?.id ?? '';
const address = 'audit@agency.example';
let stack: Stack;
let connection: Connection;
let keys = 0;

beforeAll(async () => {
  const dataFolder = join(root, '.local');
  stack = await startStack({ dataFolder, schedules: false });
  connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  await loadProgram(connection.ports, demo.files);
  const { ref, items, last } = makeApprentice(
    demo.program,
    demo.framework,
    'enr-1',
    requirementsOf(demo.framework).size - 1,
  );
  const { endpoints, tableName } = stack.describe();
  const client = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  await bulkLoad(client, tableName, items);
  client.destroy();
  await assessEvidence(connection.ports, ref, [{ ...last, assessor, outcome: 'met' }]);
  await stack.drain();
});
afterAll(async () => {
  connection?.close();
  await stack?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Asks the deployed function as somebody who signed in on the local issuer's page. */
async function askAs(role: string, id: string) {
  const { issuer, clientId, endpoints } = stack.describe();
  const place = { issuer, clientId, redirectUri: `${endpoints.http}/signed-in` };
  const { id_token: token } = await signIn(place, { program, role, id });
  return (path: string, body?: unknown) =>
    fetch(new URL(path, endpoints.http), {
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': `export-api-${++keys}` }),
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
}

async function mailTo(to: string) {
  const { inbox } = stack.describe();
  const { mails } = (await (await fetch(`${inbox}.json`)).json()) as {
    mails: { id: string; destinations: string[] }[];
  };
  const mail = mails.find(({ destinations }) => destinations.includes(to));
  return PostalMime.parse(await (await fetch(`${inbox}/${mail?.id}.eml`)).text());
}

async function pulls(): Promise<AccessEntry[]> {
  const entries: AccessEntry[] = [];
  for await (const entry of connection.access.list(program, '0000-01-01', '9999-12-31')) entries.push(entry);
  return entries.filter(({ action }) => action.startsWith('export-')).sort((a, b) => (a.at < b.at ? -1 : 1));
}

test('a bundle asked for over HTTP is made, told of by email, fetched by the page that it names, and genuine', {
  timeout: 120_000,
}, async () => {
  const ask = await askAs('auditor', 'local-auditor');
  const asked = await ask('/audit/exports', { notify: { address } });
  expect(asked.status).toBe(202);
  const where = asked.headers.get('location') ?? '';
  await stack.drain();

  const job = (await (await ask(where)).json()) as { link: string };
  expect(job).toMatchObject({ state: 'done', notice: 'sent', bundle: { found: 0, counts: { credentials: 1 } } });
  const mail = await mailTo(address);
  expect(mail.subject).toBe('The audit bundle that you asked for is ready');
  const [page = ''] = /https?:\/\/\S+\/exports\/[\w-]+/.exec(mail.text ?? '') ?? [];
  expect((await fetch(page, { redirect: 'manual' })).headers.get('location')).toMatch(/^\/sign-in/);
  const led = await ask(page);
  expect(led.status).toBe(303);
  const [byPage, byLink] = await Promise.all(
    [led.headers.get('location') ?? '', job.link].map(async (link) =>
      Buffer.from(await (await fetch(link)).arrayBuffer()),
    ),
  );
  expect(byPage?.equals(byLink as Buffer)).toBe(true);

  const folder = join(root, 'bundle');
  writeFileSync(`${folder}.zip`, byLink as Buffer);
  await unzip(`${folder}.zip`, folder);
  // From the key itself, and not from what came with the bundle.
  const { fingerprint } = await bundleKeys(connection);
  const verified = await verifyBundle(folder, '--key', fingerprint);
  expect([verified.exitCode, verified.said]).toEqual([0, expect.stringContaining('1 credentials, 1 documents')]);
  expect((await pulls()).map(({ action, actor }) => `${action} ${actor.id}`)).toEqual([
    'export-requested local-auditor',
    'export-made local-auditor',
    'export-fetched local-auditor',
    'export-fetched local-auditor',
  ]);
});

test('one that the caller’s role keeps from them is refused and recorded', async () => {
  const ask = await askAs('assessor', assessor);
  const refused = [await ask('/audit/exports', {}), await ask('/audit/exports/none'), await ask('/exports/none')];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  const entry = { action: 'export-refused', actor: { id: assessor, role: 'assessor' }, subject: program };
  expect((await pulls()).slice(-3)).toMatchObject([entry, entry, entry]);
});
