import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../functions/cli/connect.ts';
import { readDeployment } from '../../functions/cli/stack-file.ts';
import { run } from './cli-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-connect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A port that nobody listens on: below 1024 and reserved. */
const closed = 'http://127.0.0.1:1';
const stack = {
  pid: process.pid,
  region: 'us-east-1',
  endpoints: { dynamodb: closed, sqs: closed, s3: closed, ses: closed, kms: closed },
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  tableName: 'Records',
  queueUrls: {
    ...{ evaluation: `${closed}/e`, issue: `${closed}/i`, delivery: `${closed}/d`, feedback: `${closed}/f` },
    ...{ evaluationDeadLetters: `${closed}/ed`, issueDeadLetters: `${closed}/id` },
    ...{ deliveryDeadLetters: `${closed}/dd`, feedbackDeadLetters: `${closed}/fd` },
    ...{ sweepSchedulesDeadLetters: `${closed}/sd`, export: `${closed}/x`, exportDeadLetters: `${closed}/xd` },
  },
  documentsBucket: 'documents',
  failedBatchesBucket: 'failed-batches',
  signingKeyId: 'signing',
  checkpointsBucket: 'checkpoints',
  ledgerKeyId: 'ledger',
  exportsBucket: 'exports',
};
const outputs = {
  RecordsTableName: 'Journeypaper-Records1234',
  EvaluationQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/evaluation',
  IssueQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/issue',
  DeliveryQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/delivery',
  FeedbackQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/feedback',
  ExportQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/export',
  ExportDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:export-dead',
  ExportsBucketName: 'journeypaper-exports',
  EvaluationDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:evaluation-dead',
  IssueDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:issue-dead',
  DeliveryDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:delivery-dead',
  FeedbackDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:feedback-dead',
  SweepSchedulesDeadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:sweeps-dead',
  DocumentsBucketName: 'journeypaper-documents',
  FailedBatchesBucketName: 'journeypaper-failed-batches',
  SigningKeyId: '0e0b5a9c-3a0f-4c55-9d2e-6a1f6a2f7b11',
  CheckpointsBucketName: 'journeypaper-checkpoints',
  LedgerKeyId: '5f1d2a77-86f0-4a0e-8f0d-9f3a0f6f4c22',
};

function file(content: unknown, name = 'stack.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('without a local stack', () => {
  test('every command says how to start one, and exits with 4', async () => {
    const ran = await run(['program', 'list'], { root: folder });
    expect(ran).toMatchObject({
      exitCode: 4,
      stdout: '',
      stderr: 'no local stack is running: start one with `npm run local`\n',
    });
  });

  test('a file that was named and is not there is named again', async () => {
    const ran = await run(['program', 'list', '--stack', join(folder, 'nowhere.json')]);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(`--stack ${join(folder, 'nowhere.json')}: there is no such file`);
  });

  test('a file that its stack left behind counts for nothing', async () => {
    const ran = await run(['program', 'list', '--stack', file({ ...stack, pid: 2 ** 22 + 1 })]);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('no local stack is running: start one with `npm run local` (the one in');
  });

  test('a half-written file is named', async () => {
    const ran = await run(['program', 'list', '--stack', file('{"pid": 1')]);
    expect(ran).toMatchObject({ exitCode: 4 });
    expect(ran.stderr).toContain('stack.json: is not JSON');
  });

  test('a stack that does not answer is named, with what to do', async () => {
    const ran = await run(['program', 'list', '--json', '--stack', file(stack)]);
    expect(ran.exitCode).toBe(4);
    expect(ran.json()).toMatchObject({ outcome: 'failed', code: 'table.listPrograms' });
    expect(ran.stderr).toContain(`the local stack at ${closed}`);
    expect(ran.stderr).toContain('npm run local');
  });

  test('the service that did not answer is named, and no other', () => {
    const connection = connect({ stack: file(stack) }, { environment: {} } as never);
    const named = ['table.get', 'document.look', 'signer.sign', 'queue.send', 'dead-letters.list'].map(
      connection.placeOf,
    );
    connection.close();
    expect(named).toEqual([
      `the local stack at ${closed}`,
      `the local stack's S3 at ${closed}`,
      `the local stack's KMS at ${closed}`,
      `the local stack's SQS at ${closed}`,
      'the local stack',
    ]);
  });
});

describe('the local stack is on this machine or refused', () => {
  test.each([
    ['an endpoint', { endpoints: { ...stack.endpoints, s3: 'https://s3.us-east-1.amazonaws.com' } }, 'endpoints.s3'],
    [
      'a look-alike',
      { endpoints: { ...stack.endpoints, dynamodb: 'http://127.0.0.1.attacker.example' } },
      'endpoints.dynamodb',
    ],
    ['the key', { endpoints: { ...stack.endpoints, kms: 'https://kms.us-east-1.amazonaws.com' } }, 'endpoints.kms'],
    ['a queue', { queueUrls: { ...stack.queueUrls, issue: outputs.IssueQueueUrl } }, 'queueUrls.issue'],
  ])('%s elsewhere', async (_, change, field) => {
    const ran = await run(['program', 'list', '--stack', file({ ...stack, ...change })]);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(`${field}: is not on this machine`);
  });

  test("the environment's AWS settings change nothing", async () => {
    const connection = connect({ stack: file(stack) }, { environment: { AWS_REGION: 'eu-west-1' } } as never);
    expect(connection).toMatchObject({ local: true, name: `the local stack at ${closed}` });
    connection.close();
  });
});

describe('AWS, where it is asked for', () => {
  test('region and account are those of the queues', () => {
    expect(readDeployment(file({ Other: { a: 'b' }, Journeypaper: outputs }, 'outputs.json'))).toMatchObject({
      account: '123456789012',
      region: 'eu-west-1',
      tableName: 'Journeypaper-Records1234',
      queueUrls: { issueDeadLetters: 'https://sqs.eu-west-1.amazonaws.com/123456789012/issue-dead' },
    });
  });

  test('it says on standard error which account, region and table it talks to', async () => {
    let said = '';
    const world = { environment: {}, out: { writeError: (text: string) => (said += text) } } as never;
    connect({ aws: file({ Journeypaper: outputs }, 'outputs.json') }, world).close();
    expect(said).toBe('AWS account 123456789012, region eu-west-1, table Journeypaper-Records1234\n');
  });

  test('an endpoint in the environment would lead elsewhere: refused', async () => {
    const environment = { AWS_ENDPOINT_URL: closed };
    const ran = await run(['program', 'list', '--aws', file({ Journeypaper: outputs }, 'outputs.json')], {
      environment,
    });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('AWS_ENDPOINT_URL is set');
  });

  test.each([
    ['a file that is not there', join(folder, 'nowhere.json'), 'cdk deploy --outputs-file'],
    ['a file of another stack', file({ Other: {} }, 'other.json'), "is it Journeypaper's?"],
    [
      'an output that an older version did not write',
      file({ J: { ...outputs, SweepSchedulesDeadLettersArn: undefined } }, 'old.json'),
      'J: SweepSchedulesDeadLettersArn: is missing; give a text; deploy this version',
    ],
    ['a queue that is none', file({ J: { ...outputs, IssueQueueUrl: closed } }, 'bad.json'), 'J: IssueQueueUrl'],
  ])('%s is named', async (_, outputsFile, words) => {
    const ran = await run(['program', 'list', '--aws', outputsFile]);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(words);
  });

  test('never together with a local stack', async () => {
    mkdirSync(join(folder, '.local'), { recursive: true });
    const ran = await run(['program', 'list', '--aws', 'a.json', '--stack', 'b.json']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain("'--aws <file>' cannot be used with option '--stack <file>'");
  });
});
