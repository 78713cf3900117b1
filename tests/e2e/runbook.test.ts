import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { runbookSections } from '../../infra/constructs/runbook.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { type Ran, run as runCli } from '../cli/cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';
import { filledIn, readRunbook } from '../support/runbook.ts';

/*
 * Follows the runbook: each test brings one of its alarms about, runs the very commands that its section gives, and
 * sees the state mended. A section that changes here must still mend; one that is not here says why.
 */

const notHere: Record<string, string> = {
  'evidence-is-decided-late': 'a matter of load; its section sends nobody to a command',
  'evaluate-fails': 'a deployment that does not start is rolled back on AWS',
  'evaluations-wait': 'a matter of load',
  'issue-fails': 'as evaluate',
  'issues-wait': 'a matter of load',
  'deliver-fails': 'as evaluate',
  'deliveries-wait': "the mail service's rate, which only AWS sets",
  'feedback-fails': 'as evaluate',
  'mail-events-wait': 'a matter of load',
  'emails-bounce': "a rate that only the mail service's account has",
  'emails-are-complained-about': "a rate that only the mail service's account has",
  'export-fails': 'as evaluate',
  'exports-wait': 'a matter of load',
  'sweep-fails': 'as evaluate',
  'sweep-is-silent': "EventBridge's schedules are AWS's",
  'the-table-refuses-work': 'a quota of the account',
  'the-api-fails': 'as evaluate',
  'requests-fail': "looks into logs that are API Gateway's and Lambda's own",
  'requests-are-slow': 'a matter of load',
};

const root = mkdtempSync(join(tmpdir(), 'journeypaper-runbook-'));
const dataFolder = join(root, '.local');
const sections = new Map(readRunbook().map(({ title, commands }) => [anchorOf(title), commands]));
const followed = new Set<string>();
let stack: Stack;
let sqs: SQSClient;
let s3: S3Client;
let dynamodb: DynamoDBClient;

const long = { timeout: 120_000 };
const run = (...args: string[]) => runCli(args, { root });
const json = async <T>(...args: string[]) => (await run(...args, '--json')).json() as T;
const patience = { timeout: 60_000, interval: 250 };

beforeAll(async () => {
  stack = await startStack({ dataFolder, servicesApart: true, maxVisibilitySeconds: 1, schedules: false });
  const { endpoints } = stack.describe();
  sqs = new SQSClient({ ...localClientConfig(endpoints.sqs), useQueueUrlAsEndpoint: false });
  s3 = new S3Client({ ...localClientConfig(endpoints.s3), forcePathStyle: true });
  dynamodb = new DynamoDBClient(localClientConfig(endpoints.dynamodb));
  await run(...writeHarbor(root));
});
afterAll(async () => {
  for (const client of [sqs, s3, dynamodb]) client?.destroy();
  await stack?.stop();
  rmSync(root, { recursive: true, force: true });
});

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z -]/g, '')
    .replaceAll(' ', '-');
}

/** Runs a section's commands as a person does who fills in the capitals and says yes. */
async function follow(section: (typeof runbookSections)[number], values: Record<string, string>): Promise<Ran[]> {
  followed.add(section);
  const commands = sections.get(section) ?? [];
  expect(commands.length).toBeGreaterThan(0);
  const ran: Ran[] = [];
  for (const command of commands) {
    const all = { PROGRAM: 'harbor', YOU: 'olga', REASON: 'followed the runbook', ...values };
    const one = await runCli(filledIn(command, all), { root, answer: true });
    // The doctor exits with 1 while anything is wrong.
    expect(command[0] === 'doctor' ? 0 : one.exitCode, `${command.join(' ')}: ${one.stderr}`).toBe(0);
    ran.push(one);
    // People take their time: what a command set going has come to rest before the next.
    await stack.drain();
  }
  return ran;
}

/** A template that `program load` would refuse, as one may have been published before that rule: a word of no meaning. */
async function publishUnfitTemplate(): Promise<void> {
  const store = dynamoStore({ client: dynamodb, tableName: stack.describe().tableName });
  const stored = await store.readProgram('harbor');
  const template = stored && (await store.readTemplate('harbor', stored.hashes.template));
  const framework = stored && (await store.readFramework({ ...stored.program.framework, hash: stored.frameworkHash }));
  if (!template || !framework) throw new Error('the program is not loaded');
  const words = { ...template.words, statement: 'of {nothing}' };
  await store.putProgram(stored.program, { ...template, words }, framework);
}

async function enrollAndComplete(enrollment: string, ...more: string[]): Promise<void> {
  expect((await run(...enrollZoe(enrollment, ...more))).exitCode).toBe(0);
  await complete(enrollment);
}
async function complete(enrollment: string): Promise<void> {
  const on = ['--program', 'harbor', '--enrollment', enrollment, '--file', '-'];
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['submit', ...on, '--as', 'zoe'], { root, stdin: JSON.stringify(everyPiece) });
  await runCli(['assess', ...on, '--as', 'mentor'], { root, stdin: JSON.stringify(met) });
}
type Status = {
  credential: { state: string };
  credentials: { credentialId: string }[];
  deliveries: { deliveryId: string; state: string }[];
};
const status = (enrollment: string) => json<Status>('status', 'harbor', enrollment);
const stateOf = async (enrollment: string) => (await status(enrollment)).credential.state;
const mailOf = async (enrollment: string) => (await status(enrollment)).deliveries.map(({ state }) => state);
const deadIn = (queue: string) => json<{ id: string; fault?: string }[]>('dead-letters', 'list', queue);
const exportItem = (id: string) => json<{ state: string; attempt: number }>('audit', 'exports', 'show', 'harbor', id);
const exportState = async (id: string) => (await exportItem(id)).state;
const send = (queue: string, body: unknown) =>
  sqs.send(new SendMessageCommand({ QueueUrl: stack.describe().queueUrls[queue], MessageBody: JSON.stringify(body) }));
const leaveBatch = async (name: string, content: unknown) => {
  const Key = `aws/lambda/mapping/shard/${name}`;
  const Bucket = stack.describe().failedBatchesBucket;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(content) }));
  return Key;
};

test('a batch that could not be decided is handed back by sweep', long, async () => {
  await run(...enrollZoe('batch'));
  const image = { ...everyPiece[2], schema: 'journeypaper/evidence/1', program: 'harbor', enrollment: 'batch' };
  const place = ['--program', 'harbor', '--enrollment', 'batch', '--requirement', 'engage-1', '--evidence', 'e3'];
  const stdin = JSON.stringify({ ...image, submittedBy: 'zoe', submittedAt: '2026-02-03T12:00:00.000Z' });
  await runCli(['evidence', 'put-raw', ...place, '--item', '-'], { root, stdin });
  const Keys = { pk: { S: 'harbor#EVIDENCE#batch' }, sk: { S: 'EVIDENCE#engage-1#e3' } };
  const record = { Keys, SequenceNumber: '77', ApproximateCreationDateTime: 1_770_000_000 };
  await leaveBatch('1', { payload: { Records: [{ eventName: 'MODIFY', dynamodb: record }] } });
  const [listed] = await follow('a-batch-of-evidence-could-not-be-decided', {});
  expect(listed?.stdout).toContain('stream-batch');
  await stack.runSchedule('recover');
  expect(await deadIn('stream')).toEqual([]);
});

test('a batch that cannot be read is set aside', long, async () => {
  const ID = await leaveBatch('2', { no: 'batch' });
  await follow('a-failed-batch-cannot-be-read', { ID });
  expect(await deadIn('stream')).toEqual([]);
  expect(await json('dead-letters', 'list', 'stream', '--set-aside')).toMatchObject([{ id: ID, by: 'olga' }]);
});

test('evaluations that were given up are decided once they are sent back', long, async () => {
  await run(...enrollZoe('evaluation'));
  const place = { program: 'harbor', enrollment: 'evaluation' };
  const message = {
    type: 'evaluation-requested',
    version: 1,
    ...place,
    changes: [],
    whole: true,
    reason: 'daily-look',
  };
  await send('evaluationDeadLetters', message);
  await follow('evaluations-are-stuck', {});
  await stack.drain();
  expect(await deadIn('evaluation')).toEqual([]);
});

test('evidence that was set aside is looked at again, and what needs nothing more is dismissed', long, async () => {
  await run(...enrollZoe('aside'));
  const place = ['--program', 'harbor', '--enrollment', 'aside', '--requirement', 'engage-1', '--evidence', 'raw-1'];
  await runCli(['evidence', 'put-raw', ...place, '--item', '-'], { root, stdin: '{"hours": "seven"}' });
  const refused = async () => json<{ code: string }[]>('evidence', 'refused', 'harbor', '--enrollment', 'aside');
  await expect.poll(refused, patience).toMatchObject([{ code: 'item.malformed' }]);
  await follow('evidence-was-set-aside', { PIECE: 'raw-1' });
  expect(await refused()).toEqual([]);
});

test('evidence for nobody counts once its apprentice is enrolled', long, async () => {
  const item = { ...everyPiece[2], schema: 'journeypaper/evidence/1', program: 'harbor', enrollment: 'early' };
  const stdin = JSON.stringify({ ...item, submittedBy: 'system', submittedAt: '2026-02-03T12:00:00.000Z' });
  const place = ['--program', 'harbor', '--enrollment', 'early', '--requirement', 'engage-1', '--evidence', 'e3'];
  await runCli(['evidence', 'put-raw', ...place, '--item', '-'], { root, stdin });
  const refused = async () => json<{ code: string }[]>('evidence', 'refused', 'harbor', '--enrollment', 'early');
  await expect.poll(refused, patience).toMatchObject([{ code: 'enrollment.unknown' }]);
  const who = { ENROLLMENT: 'early', NAME: 'Ana Early', ADDRESS: 'ana@apprentice.example', APPRENTICE: 'ana' };
  await follow('evidence-came-for-nobody-enrolled', { ...who, DATE: '2026-01-05' });
  await expect.poll(refused, patience).toEqual([]);
  const waiting = await json('evidence', 'list', 'harbor', 'early', '--waiting');
  expect(waiting).toMatchObject([{ evidence: 'e3', state: 'waiting' }]);
});

test('a suspended certificate is reinstated', long, async () => {
  await enrollAndComplete('suspended');
  await expect.poll(() => stateOf('suspended'), patience).toBe('in-force');
  const piece = ['--requirement', 'engage-2', '--evidence', 'e4', '--outcome', 'not-met', '--as', 'mentor'];
  await run('assess', '--program', 'harbor', '--enrollment', 'suspended', ...piece);
  await expect.poll(() => stateOf('suspended'), patience).toBe('suspended');
  const what = { ENROLLMENT: 'suspended', REQUIREMENT: 'engage-2', PIECE: 'e4', ASSESSOR: 'mentor' };
  await follow('a-credential-was-suspended', what);
  await expect.poll(() => stateOf('suspended'), patience).toBe('in-force');
});

test('certificates whose making was given up are issued once they are sent back', long, async () => {
  await stack.kill('kms');
  await enrollAndComplete('stuck');
  await expect.poll(() => deadIn('issue'), patience).toHaveLength(1);
  await stack.restore('kms');
  const [listed] = await follow('issues-are-stuck', {});
  expect(listed?.stdout).toContain('still waits');
  await expect.poll(() => stateOf('stuck'), patience).toBe('in-force');
  expect(await deadIn('issue')).toEqual([]);
});

test('a certificate that no template fits is issued after a reissue', long, async () => {
  await publishUnfitTemplate();
  await enrollAndComplete('parked');
  await expect.poll(() => stateOf('parked'), patience).toBe('parked');
  await run(...writeHarbor(root));
  const [parked] = await json<{ id: string }[]>('parked', 'list', 'harbor', 'parked');
  await follow('a-credential-is-parked', { ENROLLMENT: 'parked', ID: parked?.id ?? '' });
  await expect.poll(() => stateOf('parked'), patience).toBe('in-force');
});

test('emails that were given up are sent back, and one that arrived is not sent twice', long, async () => {
  await enrollAndComplete('mailed');
  await expect.poll(() => mailOf('mailed'), patience).toEqual(['delivered']);
  const { deliveries } = await status('mailed');
  const place = { program: 'harbor', enrollment: 'mailed', deliveryId: deliveries[0]?.deliveryId };
  await send('deliveryDeadLetters', { type: 'delivery-requested', version: 1, ...place });
  const [listed] = await follow('deliveries-are-stuck', {});
  expect(listed?.stdout).toContain('over');
  await stack.drain();
  expect(await deadIn('delivery')).toEqual([]);
  const { ledger } = await json<{ ledger: { unbroken: boolean } }>('status', 'harbor', 'mailed');
  expect([await mailOf('mailed'), ledger.unbroken]).toEqual([['delivered'], true]);
});

test('an email that came back is sent to another address', long, async () => {
  const email = ['--email', 'bounce@simulator.amazonses.com'];
  const args = enrollZoe('bounced').filter((arg) => arg !== '--email' && arg !== 'zoe@apprentice.example');
  await run(...args, ...email);
  await complete('bounced');
  await expect.poll(() => mailOf('bounced'), patience).toEqual(['parked']);
  const [parked] = await json<{ id: string }[]>('parked', 'list', 'harbor', 'bounced');
  const what = { ENROLLMENT: 'bounced', ID: parked?.id ?? '', ADDRESS: 'zoe@new.example' };
  const ran = await follow('an-email-is-parked', what);
  expect(ran.map(({ stdout }) => stdout).join('')).not.toMatch(/simulator|new\.example/);
  await expect.poll(() => mailOf('bounced'), patience).toEqual(['delivered']);
});

test('a mail event that nobody can read is set aside', long, async () => {
  await send('feedback', { eventType: 'Send', mail: {} });
  await expect.poll(() => deadIn('feedback'), patience).toMatchObject([{ fault: 'mail-event.malformed' }]);
  const [letter] = await deadIn('feedback');
  await follow('mail-events-are-stuck', { ID: letter?.id ?? '' });
  expect(await deadIn('feedback')).toEqual([]);
});

test('a bundle that could not be begun is driven by sweep, and its dead letter set aside', long, async () => {
  const asked = await json<{ exportId: string }>('audit', 'exports', 'request', '--program', 'harbor', '--as', 'ada');
  await send('exportDeadLetters', {
    type: 'export-requested',
    version: 1,
    program: 'harbor',
    exportId: asked.exportId,
  });
  await follow('exports-are-stuck', {});
  expect(await deadIn('export')).toEqual([]);
  await expect.poll(() => exportState(asked.exportId), patience).toBe('done');
});

test('a bundle that was given up is asked for again', { timeout: 240_000 }, async () => {
  await stack.kill('kms');
  const asked = await json<{ exportId: string }>('audit', 'exports', 'request', '--program', 'harbor', '--as', 'ada');
  await expect.poll(async () => (await exportItem(asked.exportId)).attempt, patience).toBe(1);
  await expect.poll(() => exportState(asked.exportId), patience).toBe('queued');
  await stack.restore('kms');
  // Two more runs that died.
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.describe().tableName,
      Key: { pk: { S: 'harbor#EXPORT' }, sk: { S: asked.exportId } },
      UpdateExpression: 'SET attempt = :n',
      ExpressionAttributeValues: { ':n': { N: '3' } },
    }),
  );
  await expect.poll(() => exportState(asked.exportId), { ...patience, timeout: 100_000 }).toBe('failed');
  const ran = await follow('a-bundle-cannot-be-made', { ID: asked.exportId });
  expect(ran[0]?.stdout).toContain('export.gave-up');
  const again = /Asked for: ([\w-]+)/.exec(ran[1]?.stdout ?? '')?.[1] ?? '';
  await expect.poll(() => exportState(again), patience).toBe('done');
});

test('calls of sweep that were given up are set aside', long, async () => {
  await send('sweepSchedulesDeadLetters', { requestPayload: { task: 'due' } });
  await follow('sweeps-are-stuck', {});
  expect(await deadIn('sweeps')).toEqual([]);
});

test('what sweep gave up is issued after all', long, async () => {
  await stack.kill('kms');
  await enrollAndComplete('given-up');
  await expect.poll(() => stateOf('given-up'), patience).toBe('pending');
  // Eight hours of trying, in one go.
  const values = { ':n': { N: '12' }, ':at': { S: '2026-02-03T12:00:00.000Z' } };
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.describe().tableName,
      Key: { pk: { S: 'harbor#ENROLLMENT#given-up' }, sk: { S: 'ENROLLMENT' } },
      UpdateExpression:
        'SET pointers.completion.pending.redrives = :n, pointers.completion.pending.dueAt = :at, dueAt = :at',
      ExpressionAttributeValues: values,
    }),
  );
  await stack.runSchedule('due');
  await expect.poll(() => stateOf('given-up'), patience).toBe('parked');
  await stack.restore('kms');
  await follow('sweep-gave-up', {});
  await expect.poll(() => stateOf('given-up'), patience).toBe('in-force');
});

test('every alarm section was followed, or says why it cannot be here', () => {
  expect([...followed, ...Object.keys(notHere)].sort()).toEqual([...runbookSections].sort());
});
