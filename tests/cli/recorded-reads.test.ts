import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { commandLine } from '../../functions/cli/main.ts';
import type { AccessEntry } from '../../functions/domain/access.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { run as runCli } from './cli-run.ts';
import { exportOn } from './export-in-process.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices, tableName } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-reads-'));
const ref = { program: 'harbor', enrollment: 'enr-1' };
let stack: ServicesStack;
let dynamodb: DynamoDBClient;
let credential = '';
let parked = '';
let bundle = '';
let made = 0;

const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const fresh = () => join(folder, String(++made));

/** `what`: how the entry is told apart; nothing: no read of records, and why. */
type Walk =
  | { args: () => string[]; action: AccessEntry['action']; subject: string; writes?: () => string }
  | { none: string };

const acts = 'it changes the record, and the ledger says who did';
const noRecords = "it shows a program's own documents, and nobody's record";
const idsOnly = 'it shows ids and codes of work that is stuck, never what a record says';
const listed = (args: () => string[]): Walk => ({ args, action: 'records-listed', subject: 'harbor' });
const read = (args: () => string[]): Walk => ({ args, action: 'record-read', subject: 'enr-1' });

/** Every command that there is. A new one is entered here, as a read or with the reason why it is none. */
const walks: Record<string, Walk> = {
  'program load': { none: noRecords },
  'program list': { none: noRecords },
  'program show': { none: noRecords },
  enroll: { none: acts },
  submit: { none: acts },
  assess: { none: acts },
  withdraw: { none: acts },
  status: read(() => ['status', 'harbor', 'enr-1']),
  credentials: read(() => ['credentials', 'harbor', 'enr-1']),
  revoke: { none: acts },
  reissue: { none: acts },
  leave: { none: acts },
  resume: { none: acts },
  'framework diff': { none: noRecords },
  'framework simulate': listed(() => [
    ...['framework', 'simulate', join(stack.folder, 'frameworks/harbor-standards.1.json')],
    ...['--program', 'harbor'],
  ]),
  'framework move': { none: acts },
  lapses: listed(() => ['lapses', 'harbor']),
  correct: { none: acts },
  resend: { none: acts },
  'evidence list': read(() => ['evidence', 'list', 'harbor', 'enr-1']),
  'evidence refused': listed(() => ['evidence', 'refused', 'harbor']),
  'evidence strays': { none: 'strays belong to no program, so that there is no chain to enter a look at them into' },
  'evidence replay': { none: acts },
  'evidence dismiss': { none: acts },
  'evidence put-raw': { none: acts },
  'parked list': listed(() => ['parked', 'list', 'harbor']),
  'parked show': read(() => ['parked', 'show', 'harbor', 'enr-1', parked]),
  'parked replay': { none: acts },
  'parked set-aside': { none: acts },
  'dead-letters list': { none: idsOnly },
  'dead-letters show': { none: idsOnly },
  'dead-letters replay': { none: acts },
  'dead-letters set-aside': { none: acts },
  redrive: { none: acts },
  doctor: { none: idsOnly },
  'audit checkpoint': { none: 'it shows how many chains there are' },
  'audit export': {
    args: () => ['audit', 'export', '--program', 'harbor', '--out', `${fresh()}.zip`],
    action: 'export-made',
    subject: 'harbor',
    writes: () => join(folder, `${made}.zip`),
  },
  'audit exports request': {
    args: () => ['audit', 'exports', 'request', '--program', 'harbor'],
    action: 'export-requested',
    subject: 'harbor',
  },
  'audit exports list': listed(() => ['audit', 'exports', 'list', 'harbor']),
  'audit exports show': { none: 'it shows how far a bundle is; to ask for one and to fetch it are entries' },
  'audit exports fetch': {
    args: () => ['audit', 'exports', 'fetch', 'harbor', bundle, '--out', `${fresh()}.zip`],
    action: 'export-fetched',
    subject: 'harbor',
    writes: () => join(folder, `${made}.zip`),
  },
  'audit access': { args: () => ['audit', 'access', 'harbor'], action: 'access-read', subject: 'harbor' },
  'audit assessor-impact': listed(() => ['audit', 'assessor-impact', 'mentor', '--program', 'harbor']),
  'backup export': {
    args: () => ['backup', 'export', fresh()],
    action: 'records-listed',
    subject: 'harbor',
    writes: () => join(folder, String(made)),
  },
  'backup restore': { none: acts },
  'certificate preview': { none: 'it prints sample facts' },
  'certificate prove': read(() => ['certificate', 'prove', credential, '--program', 'harbor', '--enrollment', 'enr-1']),
  'certificate request': { none: noRecords },
  'certificate self-signed': { none: noRecords },
};
const reading = Object.entries(walks).flatMap(([name, walk]) => ('none' in walk ? [] : [[name, walk] as const]));

async function entriesOf(actor: string): Promise<AccessEntry[]> {
  const entries: AccessEntry[] = [];
  const access = dynamoAccess({ client: dynamodb, tableName, clock: systemClock });
  for await (const entry of access.list('harbor', '0000-01-01', '9999-12-31'))
    if (entry.actor.id === actor) entries.push(entry);
  return entries;
}

beforeAll(async () => {
  stack = await startServices();
  dynamodb = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  const steps = stepsOn(stack);
  const exporter = exportOn(stack);
  await run(...writeHarbor(stack.folder));
  await run(...enrollZoe('enr-1'));
  const on = ['--program', 'harbor', '--enrollment', 'enr-1'];
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['submit', ...on, '--file', '-', '--as', 'zoe', '--stack', stack.file], {
    stdin: JSON.stringify(everyPiece),
  });
  await runCli(['assess', ...on, '--file', '-', '--as', 'mentor', '--stack', stack.file], {
    stdin: JSON.stringify(met),
  });
  await steps.settle(ref);
  const record = await steps.store.readRecord(ref);
  credential = record?.credentials[0]?.credentialId ?? '';
  const delivery = record?.deliveries[0];
  parked = delivery?.deliveryId ?? '';
  await steps.changeItem(ref, `DELIVERY#${parked}`, ['state'], 'parked');
  const asked = await run('audit', 'exports', 'request', '--program', 'harbor', '--json');
  bundle = (asked.json() as { exportId: string }).exportId;
  await exporter.run();
  exporter.close();
  steps.close();
});
afterAll(async () => {
  dynamodb.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The commands themselves, by their whole names; a group is none. */
function namesOf(command: Command, before: string[] = []): string[] {
  return command.commands
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => {
      const name = [...before, each.name()];
      return each.commands.length > 0 ? namesOf(each, name) : [name.join(' ')];
    });
}

test('every command is known as a read of records, or as none and why', () => {
  const world = { out: { write: () => undefined, writeError: () => undefined, colours: false } } as never;
  const names = namesOf(commandLine(world, { world, json: false }, () => undefined));
  expect(names.sort()).toEqual(Object.keys(walks).sort());
});

describe('a command that reads records', () => {
  test.each(reading)('%s enters it into the access chain', async (_, { args, action, subject }) => {
    const before = await entriesOf('walker');
    const ran = await run(...args(), '--as', 'walker');
    expect([ran.exitCode, ran.stderr]).toEqual([0, expect.not.stringContaining('fault')]);
    const [entry, ...more] = (await entriesOf('walker')).slice(before.length);
    expect(entry).toMatchObject({ actor: { id: 'walker' }, action, subject });
    expect(more).toEqual([]);
  });

  test.each(reading)('%s shows and writes nothing where it cannot be entered', async (_, { args, writes }) => {
    const day = new Date().toISOString().slice(0, 10);
    // An entry in the place of the first one: nothing can be appended behind it.
    const item = { pk: { S: 'harbor#ACCESS' }, sk: { S: `ENTRY#${day}#mallory#00000001` } };
    await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item }));
    try {
      const ran = await run(...args(), '--as', 'mallory');
      expect(ran).toMatchObject({ exitCode: 4, stdout: '' });
      expect(ran.stderr).toContain('the access chain kept moving');
      expect(writes ? existsSync(writes()) : false).toBe(false);
    } finally {
      await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: item }));
    }
  });
});
