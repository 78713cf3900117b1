import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DoctorPorts, examineStack } from '../../functions/acts/doctor.ts';
import type { Finding } from '../../functions/acts/finding.ts';
import { encodeProgress } from '../../functions/adapters/aws/enrollment-codec.ts';
import { kmsSignatureCheck } from '../../functions/adapters/aws/kms-signer.ts';
import { awaitingPartition, enrollmentPartition, troublePartition } from '../../functions/adapters/aws/record-keys.ts';
import { type Connection, connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import type { EnrollmentRecord } from '../../functions/ports/record-store.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { run as runCli } from '../cli/cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';
import {
  documentsBucket,
  failedBatchesBucket,
  type ServicesStack,
  startServices,
  tableName,
} from '../cli/services-stack.ts';
import { stepsOn } from '../cli/steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
let connection: Connection;
let clients: { dynamodb: DynamoDBClient; s3: S3Client; sqs: SQSClient };
let count = 0;
let ref = { program: 'harbor', enrollment: '' };
let record: EnrollmentRecord;

const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  connection = connect({ stack: stack.file }, processWorld());
  clients = {
    dynamodb: new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb)),
    s3: new S3Client({ ...localClientConfig(stack.endpoints.s3), forcePathStyle: true }),
    sqs: new SQSClient({ ...localClientConfig(stack.endpoints.sqs), useQueueUrlAsEndpoint: false }),
  };
  await run(...writeHarbor(stack.folder));
});
afterAll(async () => {
  connection.close();
  steps.close();
  for (const client of Object.values(clients)) client.destroy();
  await stack.stop();
});

/** An apprentice of whom all is as it should be: complete, with a certificate, its email queued. */
beforeEach(async () => {
  ref = { program: 'harbor', enrollment: `enr-${++count}` };
  const on = ['--program', ref.program, '--enrollment', ref.enrollment];
  await run(...enrollZoe(ref.enrollment));
  const answer = (command: string, as: string, pieces: unknown) =>
    runCli([command, ...on, '--file', '-', '--as', as, '--stack', stack.file], { stdin: JSON.stringify(pieces) });
  await answer('submit', 'zoe', everyPiece);
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await answer('assess', 'mentor', met);
  await steps.settle(ref);
  const found = await steps.store.readRecord(ref);
  if (!found?.credentials[0]) throw new Error('no certificate was issued');
  record = found;
  expect(await findings()).toEqual([]);
});

async function findings(
  scope: { enrollment?: string; program?: string } = ref,
  given: Partial<DoctorPorts> = {},
): Promise<Finding[]> {
  const found: Finding[] = [];
  const ports = {
    ...{ ...connection.ports, ...connection.inspection, deadLetters: connection.deadLetters },
    ...{ access: connection.access, checkpoints: connection.checkpoints },
    isCredentialSignature: kmsSignatureCheck(connection.signer),
    isLedgerSignature: kmsSignatureCheck(connection.ledgerSigner),
    ...given,
  };
  await examineStack(ports, { ...scope, rest: async () => undefined, onFinding: (finding) => found.push(finding) });
  return found;
}
const codes = async () => (await findings()).map(({ code }) => code);

/** A hand in the table, behind the application's back. */
const change = (sk: string, expression: string, values: Record<string, unknown> = {}, names = {}) =>
  clients.dynamodb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: marshall({ pk: enrollmentPartition(ref), sk }),
      UpdateExpression: expression,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    }),
  );
const remove = (sk: string, pk = enrollmentPartition(ref)) =>
  clients.dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: marshall({ pk, sk }) }));
const credential = () => {
  const [first] = record.credentials;
  if (!first) throw new Error('no credential');
  return first;
};
const credentialItem = () => `CREDENTIAL#${credential().credentialId}`;
const deliveryItem = () => `DELIVERY#${credential().delivery}`;
const long = '2026-01-01T00:00:00.000Z';

describe('damage in the record is named, with what to do', () => {
  test('stored progress that the evidence does not bear', async () => {
    await change('ENROLLMENT', 'SET #p.#r = :v', { ':v': 'A' }, { '#p': 'progress', '#r': 'engage-1' });
    const [finding] = await findings();
    expect(finding).toMatchObject({ code: 'progress.differs', remedy: `redrive harbor ${ref.enrollment}` });
    expect(finding?.problem).toContain('1 of 5 requirements');
  });

  test('a count of what is met that is wrong', async () => {
    await change('ENROLLMENT', 'SET met = :v', { ':v': 3 });
    expect(await codes()).toEqual(['progress.miscounted']);
  });

  test('evidence that no assessor is shown, or shown though it waits for nobody', async () => {
    const stored = encodeProgress(record.enrollment.progress['engage-1'] as RequirementProgress);
    const since = Date.parse(long).toString(36);
    await change(
      'ENROLLMENT',
      'SET #p.#r = :v, awaitingPk = :pk, awaitingAt = :at',
      { ':v': `${stored}~${since}`, ':pk': awaitingPartition('harbor'), ':at': long },
      { '#p': 'progress', '#r': 'engage-1' },
    );
    const [finding] = await findings();
    expect(finding).toMatchObject({ code: 'awaiting.differs', remedy: `redrive harbor ${ref.enrollment}` });
    expect(finding?.problem).toContain('of 1 requirements');
    await run('redrive', 'harbor', ref.enrollment);
    await steps.settle(ref);
    expect(await codes()).toEqual([]);
  });

  test('evidence that was deleted, and the stream never told', async () => {
    await remove('EVIDENCE#engage-1#e3', `harbor#EVIDENCE#${ref.enrollment}`);
    expect(await codes()).toEqual(['progress.differs', 'credential.unfounded']);
  });

  test('a credential in force that is not there', async () => {
    await remove(credentialItem());
    expect(await codes()).toEqual(['credential.missing']);
  });

  test('a credential in another state than its pointer says', async () => {
    await change(credentialItem(), 'SET #s = :v', { ':v': 'suspended' }, { '#s': 'state' });
    expect(await codes()).toEqual(['credential.state-differs']);
  });

  test('a credential whose record says another name than was signed', async () => {
    await change(credentialItem(), 'SET facts.#n = :v', { ':v': 'Forged Name' }, { '#n': 'name' });
    const found = await findings();
    expect(found).toMatchObject([
      {
        code: 'credential.altered',
        subject: credential().credentialId,
        remedy: expect.stringContaining('the runbook'),
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('Forged');
  });

  test.each([
    ['name', 'Forged Name'],
    ['email', 'forged@elsewhere.example'],
  ])('an apprentice whose %s was changed by hand, until it is put back', async (field, forged) => {
    const { apprentice } = record.enrollment;
    const put = (value: string) => change('ENROLLMENT', 'SET apprentice.#f = :v', { ':v': value }, { '#f': field });
    await put(forged);
    const found = await findings();
    expect(found).toMatchObject([{ code: 'apprentice.differs', remedy: expect.stringContaining('the runbook') }]);
    expect(JSON.stringify(found)).not.toContain('orged');
    await put(apprentice[field as 'name' | 'email']);
    expect(await codes()).toEqual([]);
  });

  test('an apprentice whose name or address was changed by hand after both were corrected', async () => {
    const on = ['--program', 'harbor', '--enrollment', ref.enrollment, '--as', 'office'];
    const corrected = await run(
      'correct',
      ...on,
      '--name',
      'Zoë Corrected',
      '--email',
      'corrected@apprentices.example',
    );
    expect(corrected).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await codes()).toEqual([]);
    await change('ENROLLMENT', 'SET apprentice.#f = :v', { ':v': 'someone@elsewhere.example' }, { '#f': 'email' });
    expect(await codes()).toEqual(['apprentice.differs']);
    await run('correct', ...on, '--email', 'corrected@apprentices.example');
    await change('ENROLLMENT', 'SET apprentice.#f = :v', { ':v': 'Forged Name' }, { '#f': 'name' });
    expect(await codes()).toEqual(['apprentice.differs']);
  });

  test('an issued credential outside its pointer, and a complete record without a certificate', async () => {
    await change('ENROLLMENT', 'SET pointers.completion = :v', { ':v': {} });
    expect(await codes()).toEqual(['credential.outside-pointer', 'credential.not-requested']);
  });

  test('a credential that is suspended though its evidence stands', async () => {
    const { completedOn } = credential().facts;
    const trouble = { ':pk': troublePartition('harbor'), ':at': `${completedOn}T00:00:00.000Z` };
    const suspended = 'SET pointers.completion.active.suspended = :v, troublePk = :pk, troubleAt = :at';
    await change('ENROLLMENT', suspended, { ':v': true, ...trouble });
    await change(credentialItem(), 'SET #s = :v', { ':v': 'suspended' }, { '#s': 'state' });
    expect(await codes()).toEqual(['credential.wrongly-suspended']);
  });

  test('an email that is not there', async () => {
    await remove(deliveryItem());
    expect(await codes()).toEqual(['email.missing']);
  });

  test('an email that has been due long since', async () => {
    await change(deliveryItem(), 'SET dueAt = :v', { ':v': long });
    expect(await codes()).toEqual(['email.overdue']);
  });

  test('an email that is due at no time', async () => {
    await change(deliveryItem(), 'REMOVE dueAt, duePk');
    expect(await codes()).toEqual(['email.overdue']);
  });

  test('an email that waits for a person, until it is set aside', async () => {
    const values = { ':v': 'parked', ':r': 'bounced: Permanent/General' };
    const trouble = { ':pk': troublePartition('harbor'), ':at': long };
    const parked = 'SET #s = :v, reason = :r, settledAt = :at, troublePk = :pk, troubleAt = :at REMOVE dueAt, duePk';
    await change(deliveryItem(), parked, { ...values, ...trouble }, { '#s': 'state' });
    const [finding] = await findings();
    const id = credential().delivery;
    expect(finding).toMatchObject({ code: 'email.parked', remedy: `parked show harbor ${ref.enrollment} ${id}` });
    await run('parked', 'set-aside', 'harbor', ref.enrollment, id, '--reason', 'handed over', '--as', 'olga');
    expect(await codes()).toEqual([]);
  });

  test('a certificate that has been pending long since, or waits for a person', async () => {
    await run('reissue', '--program', 'harbor', '--enrollment', ref.enrollment, '--as', 'office');
    expect(await codes()).toEqual([]);
    await change('ENROLLMENT', 'SET pointers.completion.pending.dueAt = :v, dueAt = :v', { ':v': long });
    expect(await codes()).toEqual(['credential.overdue']);
    const trouble = { ':pk': troublePartition('harbor'), ':at': long };
    const parked = 'SET #p.#c.pending.parked = :v, #p.#c.pending.parkedAt = :at, troublePk = :pk, troubleAt = :at';
    const names = { '#p': 'pointers', '#c': 'completion' };
    await change('ENROLLMENT', `${parked} REMOVE dueAt, duePk`, { ':v': 'no font', ...trouble }, names);
    expect(await codes()).toEqual(['credential.parked']);
    await change('ENROLLMENT', 'REMOVE troubleAt, troublePk');
    expect(await codes()).toEqual(['index.differs', 'credential.parked']);
  });

  test('a day of the next lapse that its certificates do not say, until it is driven again', async () => {
    await change('ENROLLMENT', 'SET lapseOn = :on, lapsePk = :pk', { ':on': '2030-01-01', ':pk': 'harbor#LAPSE' });
    const [finding] = await findings();
    expect(finding).toMatchObject({ code: 'lapse.differs', remedy: `redrive harbor ${ref.enrollment}` });
    await run('redrive', 'harbor', ref.enrollment);
    await steps.settle(ref);
    expect(await codes()).toEqual([]);
  });

  test.each([
    ['changed', 'hash', async (sk: string) => change(sk, 'SET subject = :v', { ':v': 'somebody' })],
    ['deleted', 'missing', async (sk: string) => remove(sk)],
  ])('a ledger entry that was %s', async (_, words, damage) => {
    await damage(`LEDGER#${record.ledger[2]?.cause}`);
    const [finding] = await findings();
    expect(finding?.code).toBe('chain.broken');
    expect(finding?.problem).toContain(words === 'hash' ? 'an entry was changed' : 'an entry is missing');
  });

  test('a ledger cut off at its end', async () => {
    await remove(`LEDGER#${record.ledger.at(-1)?.cause}`);
    const [finding] = await findings();
    expect(finding?.problem).toContain('its end is not the one that the enrollment names');
  });

  test('an item that no step can read', async () => {
    await change(deliveryItem(), 'SET attempt = :v', { ':v': 'many' });
    expect(await codes()).toEqual(['item.unreadable', 'email.missing']);
  });

  test('an enrollment that is gone', async () => {
    await remove('ENROLLMENT');
    expect(await codes()).toEqual(['enrollment.missing']);
  });

  test('an item that the indexes do not show', async () => {
    await change('ENROLLMENT', 'REMOVE listPk');
    expect(await codes()).toEqual(['index.differs']);
  });
});

/** Where the local S3 keeps an object's bytes. */
function fileOf(key: string): string {
  const folder = join(stack.folder, 's3', documentsBucket, 'objects');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    const version = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (version.key === key) return join(folder, version.dataFile);
  }
  throw new Error('there is no such object');
}
const flipped = (bytes: Uint8Array) => bytes.with(bytes.length - 100, (bytes.at(-100) ?? 0) ^ 1);

describe('damage in the documents is named', () => {
  const place = () => ({ Bucket: documentsBucket, Key: credential().document.key });

  test('one that is not there', async () => {
    await clients.s3.send(new DeleteObjectCommand(place()));
    expect(await codes()).toEqual(['document.missing']);
  });

  test.each([
    [
      'damaged where it lies',
      'document.unreadable',
      (file: string) => writeFileSync(file, flipped(readFileSync(file))),
    ],
    ['deleted where it lies', 'document.missing', (file: string) => rmSync(file)],
  ])('one that was %s, and everything else is looked at', async (_, code, damage) => {
    const kept = ref.enrollment;
    damage(fileOf(credential().document.key));
    expect(await findings({ program: 'harbor', enrollment: kept })).toMatchObject([
      { code, subject: credential().credentialId, ref, remedy: expect.stringContaining('not what was issued') },
    ]);
    const ran = await run('doctor', '--program', 'harbor', '--json');
    expect(ran).toMatchObject({ exitCode: 1, stderr: '' });
    expect(ran.json()).toMatchObject({ enrollments: count });
    const on = ['--program', 'harbor', '--enrollment', kept];
    const proof = await run('certificate', 'prove', credential().credentialId, ...on);
    expect(proof).toMatchObject({ exitCode: 1, stderr: '' });
    expect(proof.stdout).toContain(code === 'document.missing' ? 'not in the bucket' : 'cannot be read; it is damaged');
    const saved = await run('credentials', 'harbor', kept, '--pdf', join(stack.folder, `papers-${kept}`));
    expect(saved.stderr).toContain(credential().credentialId);
    expect(saved.stderr).toContain('it was not saved');
  });

  test('one that is another', async () => {
    await clients.s3.send(new PutObjectCommand({ ...place(), Body: 'another' }));
    expect(await codes()).toEqual(['document.altered']);
  });

  test('one that may be cleaned up, until its enrollment is driven again', async () => {
    const Tagging = { TagSet: [{ Key: 'commit', Value: 'pending' }] };
    await clients.s3.send(new PutObjectTaggingCommand({ ...place(), Tagging }));
    expect(await findings()).toMatchObject([{ code: 'document.unlocked', remedy: `redrive harbor ${ref.enrollment}` }]);
    await run('redrive', 'harbor', ref.enrollment);
    await steps.settle(ref);
    expect(await codes()).toEqual([]);
  });

  test('one that is locked for less than its program promised, until its enrollment is driven again', async () => {
    const RetainUntilDate = new Date('2027-01-01T00:00:00.000Z');
    const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate };
    await clients.s3.send(new PutObjectRetentionCommand({ ...place(), Retention, BypassGovernanceRetention: true }));
    expect(await findings()).toMatchObject([
      {
        code: 'document.lock-short',
        remedy: `redrive harbor ${ref.enrollment}`,
        problem: expect.stringContaining('until 2027-01-01'),
      },
    ]);
    await run('redrive', 'harbor', ref.enrollment);
    await steps.settle(ref);
    expect(await codes()).toEqual([]);
  });

  test('one that the table does not know; what was never committed is none of it', async () => {
    const put = (Key: string, more = {}) =>
      clients.s3.send(new PutObjectCommand({ Bucket: documentsBucket, Key, Body: 'paper', ...more }));
    await put('lighthouse/cred/unknown.pdf');
    await put('lighthouse/cred/uncommitted.pdf', { Tagging: 'commit=pending' });
    expect(await findings({ program: 'lighthouse' })).toMatchObject([
      { code: 'document.unknown', subject: 'lighthouse/cred/unknown.pdf' },
    ]);
  });
});

describe('what a checkpoint has sealed', () => {
  const entriesKey = ({ cause }: { cause: string }) => `LEDGER#${cause}`;
  /** As somebody would who knows how chains are made: the newest entries gone, and the head as it was before them. */
  const cutOff = async (entries: number) => {
    const ledger = [...record.ledger].sort((a, b) => a.seq - b.seq);
    const left = ledger.slice(0, -entries);
    const head = left.at(-1);
    for (const entry of ledger.slice(-entries)) await remove(entriesKey(entry));
    const chain = { seq: head?.seq, hash: head?.hash, at: head?.at };
    await change('ENROLLMENT', 'SET #c = :c', { ':c': chain }, { '#c': 'chain' });
    return { left: left.length, of: ledger.length };
  };

  test('may grow', async () => {
    await run('audit', 'checkpoint', 'harbor');
    await run('redrive', 'harbor', ref.enrollment);
    await steps.settle(ref);
    await run('status', 'harbor', ref.enrollment);
    expect(await codes()).toEqual([]);
  });

  test('and was cut off since is named, though every link that is left fits its head', async () => {
    await run('audit', 'checkpoint', 'harbor');
    const { left, of } = await cutOff(2);
    const found = await findings();
    const cut = found.find(({ code }) => code === 'ledger.cut');
    expect(found.map(({ code }) => code)).not.toContain('chain.broken');
    expect(cut?.problem).toMatch(
      new RegExp(`^it ends at entry ${left}, and checkpoint \\d+ has sealed ${of} of them$`),
    );
    const ran = await run('doctor', '--program', 'harbor', '--enrollment', ref.enrollment);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain(`ledger.cut  harbor ${ref.enrollment}`);
    expect(ran.stdout).toContain('→ the runbook, "The record was changed by hand"');
  });

  test('and was cut off before it is found by no checkpoint: there is none that holds more', async () => {
    await cutOff(1);
    expect(await codes()).not.toContain('ledger.cut');
  });

  test('of who read what is missed where it was taken out, its head along', async () => {
    await run('status', 'harbor', ref.enrollment, '--as', `reader-${count}`);
    await run('audit', 'checkpoint', 'harbor');
    const day = new Date().toISOString().slice(0, 10);
    const sks = [`HEAD#${day}#reader-${count}`, `ENTRY#${day}#reader-${count}#00000001`];
    for (const sk of sks) await remove(sk, 'harbor#ACCESS');
    const found = (await findings({ program: 'harbor' })).filter(({ code }) => code === 'access.broken');
    expect(found.map(({ subject }) => subject)).toContain(`harbor access/reader-${count}/${day}`);
  });

  test('by another key is not ours', async () => {
    await run('audit', 'checkpoint', 'harbor');
    const isLedgerSignature = kmsSignatureCheck(connection.signer);
    expect(await findings(ref, { isLedgerSignature })).toMatchObject([
      { code: 'checkpoint.foreign', subject: expect.stringMatching(/^harbor checkpoint \d+$/) },
    ]);
  });
});

test('what evaluate can mend, driving the enrollment again mends', async () => {
  await change('ENROLLMENT', 'SET met = :v', { ':v': 3 });
  expect(await codes()).toEqual(['progress.miscounted']);
  await run('redrive', 'harbor', ref.enrollment);
  await steps.settle(ref);
  expect(await codes()).toEqual([]);
});

test('dead letters and batches that cannot be read are named by their queue', async () => {
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls.issueDeadLetters, MessageBody: '{}' }));
  const Key = 'aws/lambda/mapping/shard/batch';
  await clients.s3.send(new PutObjectCommand({ Bucket: failedBatchesBucket, Key, Body: 'no batch' }));
  const queues = (await findings({})).filter(({ code }) => code === 'dead-letters.there');
  expect(queues.map(({ subject, remedy }) => [subject, remedy])).toEqual([
    ['issue', 'dead-letters list issue'],
    ['stream', 'dead-letters list stream'],
  ]);
});

test('an enrollment of a program that is not there is found by looking at the whole table', async () => {
  const pk = 'lost-program#ENROLLMENT#enr-1';
  const item = marshall({ pk, sk: 'CREDENTIAL#x' });
  await clients.dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item }));
  expect(await findings({ program: 'lost-program' })).toMatchObject([
    { code: 'item.unreadable', ref: { program: 'lost-program', enrollment: 'enr-1' } },
    { code: 'enrollment.missing' },
  ]);
  await remove('CREDENTIAL#x', pk);
});

test('the command says what is wrong and what to do, and exits with 1', async () => {
  await change('ENROLLMENT', 'SET met = :v', { ':v': 3 });
  const ran = await run('doctor', '--program', 'harbor', '--enrollment', ref.enrollment);
  expect(ran.exitCode).toBe(1);
  expect(ran.stdout).toContain(
    `progress.miscounted  harbor ${ref.enrollment}\n    it counts 3 met, and 5 are\n    → redrive`,
  );
  expect(ran.stdout).toContain('1 enrollment and 1 document looked at: 1 thing is wrong.');
  const nobody = await run('doctor', '--program', 'harbor', '--enrollment', 'nobody');
  expect(nobody).toMatchObject({ exitCode: 3 });
});

test('a sound enrollment gets a clean bill', async () => {
  const ran = await run('doctor', '--program', 'harbor', '--enrollment', ref.enrollment);
  expect(ran).toMatchObject({
    exitCode: 0,
    stdout: '1 enrollment and 1 document looked at: all is as it should be.\n',
  });
});
