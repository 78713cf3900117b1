import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { firstIssue } from '../domain/evidence.ts';
import { CliFailure } from './answer.ts';
import { exitCodes } from './exit-codes.ts';

/** This machine, and no other: a file that names another is refused, whoever wrote it. */
const loopbackUrl = z.url().refine(isLoopback, 'is not on this machine; a local stack is on 127.0.0.1 only');

/** What a local stack writes of itself, as far as the command line needs it. */
const stackSchema = z.object({
  pid: z.number().int().positive(),
  region: z.string().min(1),
  endpoints: z.object({ dynamodb: loopbackUrl, sqs: loopbackUrl, s3: loopbackUrl, kms: loopbackUrl }),
  credentials: z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) }),
  tableName: z.string().min(1),
  queueUrls: z.object({
    ...{
      evaluation: loopbackUrl,
      issue: loopbackUrl,
      delivery: loopbackUrl,
      feedback: loopbackUrl,
      export: loopbackUrl,
    },
    ...{ evaluationDeadLetters: loopbackUrl, issueDeadLetters: loopbackUrl, deliveryDeadLetters: loopbackUrl },
    ...{ feedbackDeadLetters: loopbackUrl, exportDeadLetters: loopbackUrl, sweepSchedulesDeadLetters: loopbackUrl },
  }),
  documentsBucket: z.string().min(1),
  failedBatchesBucket: z.string().min(1),
  signingKeyId: z.string().min(1),
  checkpointsBucket: z.string().min(1),
  ledgerKeyId: z.string().min(1),
  exportsBucket: z.string().min(1),
});
export type LocalStack = z.output<typeof stackSchema>;

const queueUrl = z
  .url()
  .regex(/^https:\/\/sqs[.][a-z0-9-]+[.]amazonaws[.]com(?:[.]cn)?\/[0-9]{12}\/.+$/, "is not an SQS queue's address");

const queueArn = z.string().regex(/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:.+$/, "is not an SQS queue's ARN");

/** The outputs of one stack, as `cdk deploy --outputs-file` writes them under its name. */
const outputsSchema = z.object({
  RecordsTableName: z.string().min(1),
  EvaluationQueueUrl: queueUrl,
  IssueQueueUrl: queueUrl,
  DeliveryQueueUrl: queueUrl,
  FeedbackQueueUrl: queueUrl,
  ExportQueueUrl: queueUrl,
  EvaluationDeadLettersArn: queueArn,
  IssueDeadLettersArn: queueArn,
  DeliveryDeadLettersArn: queueArn,
  FeedbackDeadLettersArn: queueArn,
  ExportDeadLettersArn: queueArn,
  SweepSchedulesDeadLettersArn: queueArn,
  DocumentsBucketName: z.string().min(1),
  FailedBatchesBucketName: z.string().min(1),
  SigningKeyId: z.string().min(1),
  CheckpointsBucketName: z.string().min(1),
  LedgerKeyId: z.string().min(1),
  ExportsBucketName: z.string().min(1),
});
export type Deployment = {
  account: string;
  region: string;
  tableName: string;
  queueUrls: LocalStack['queueUrls'];
  documentsBucket: string;
  failedBatchesBucket: string;
  signingKeyId: string;
  checkpointsBucket: string;
  ledgerKeyId: string;
  exportsBucket: string;
};

const noStack = 'no local stack is running: start one with `npm run local`';

/**
 * Reads where the local stack listens.
 *
 * @throws CliFailure `stack.none` when there is no file or its process is gone, `stack.invalid` when it holds something
 * else or names another machine.
 */
export function readLocalStack(file: string, given: boolean): LocalStack {
  const message = given ? `--stack ${file}: there is no such file; a running stack writes stack.json` : noStack;
  const stack = parse(stackSchema, readJson(file, { code: 'stack.none', message }), file, 'stack.invalid');
  if (!isAlive(stack.pid)) throw unreachable('stack.none', `${noStack} (the one in ${file} has ended)`);
  return stack;
}

/**
 * Reads where a deployment is; its region and account are those of its queues, so that nothing else can name another.
 *
 * @throws CliFailure `deployment.invalid`
 */
export function readDeployment(file: string): Deployment {
  const message = `--aws ${file}: there is no such file; write it with \`cdk deploy --outputs-file ${file}\``;
  const json = readJson(file, { code: 'deployment.invalid', message });
  const stacks = Object.entries(json === null || typeof json !== 'object' ? {} : json);
  const found = stacks.find(
    ([, outputs]) => typeof outputs === 'object' && outputs !== null && 'RecordsTableName' in outputs,
  );
  if (!found)
    throw unreachable(
      'deployment.invalid',
      `--aws ${file}: no stack in it has a RecordsTableName; is it Journeypaper's?`,
    );
  const outputs = parse(outputsSchema, found[1], `--aws ${file}: ${found[0]}`, 'deployment.invalid', redeploy);
  const [, , host = '', account = ''] = outputs.EvaluationQueueUrl.split('/');
  const urlOf = (arn: string) => `https://${host}/${account}/${arn.split(':').at(-1)}`;
  return {
    account,
    region: host.split('.')[1] ?? '',
    tableName: outputs.RecordsTableName,
    queueUrls: {
      evaluation: outputs.EvaluationQueueUrl,
      issue: outputs.IssueQueueUrl,
      delivery: outputs.DeliveryQueueUrl,
      feedback: outputs.FeedbackQueueUrl,
      export: outputs.ExportQueueUrl,
      evaluationDeadLetters: urlOf(outputs.EvaluationDeadLettersArn),
      issueDeadLetters: urlOf(outputs.IssueDeadLettersArn),
      deliveryDeadLetters: urlOf(outputs.DeliveryDeadLettersArn),
      feedbackDeadLetters: urlOf(outputs.FeedbackDeadLettersArn),
      exportDeadLetters: urlOf(outputs.ExportDeadLettersArn),
      sweepSchedulesDeadLetters: urlOf(outputs.SweepSchedulesDeadLettersArn),
    },
    documentsBucket: outputs.DocumentsBucketName,
    failedBatchesBucket: outputs.FailedBatchesBucketName,
    signingKeyId: outputs.SigningKeyId,
    checkpointsBucket: outputs.CheckpointsBucketName,
    ledgerKeyId: outputs.LedgerKeyId,
    exportsBucket: outputs.ExportsBucketName,
  };
}

function readJson(file: string, absent: { code: string; message: string }): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreachable(absent.code, absent.message, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreachable(absent.code.replace('none', 'invalid'), `${file}: is not JSON; it may be half written`, error);
  }
}

/** An older version wrote fewer of them. */
const redeploy = '; deploy this version and write the file again';

function parse<T extends z.ZodType>(schema: T, json: unknown, place: string, code: string, remedy = ''): z.output<T> {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreachable(code, `${place}: ${firstIssue(parsed.error)}${remedy}`);
  return parsed.data;
}

function unreachable(code: string, message: string, cause?: unknown): CliFailure {
  return new CliFailure(code, exitCodes.unreachable, message, cause);
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process: it runs, and we may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
