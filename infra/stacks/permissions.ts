import { Stack } from 'aws-cdk-lib';
import type { StepName } from '../bundle.ts';
import { accept } from '../constructs/accept.ts';
import { letSign } from '../constructs/keys.ts';
import type { Step } from '../constructs/step.ts';
import { allowTable } from '../constructs/table-access.ts';
import type { Queues } from './queues.ts';
import type { Resources } from './steps.ts';

/** What each step may do beyond its own log and its own sources, written out, so that a reader can hold it to the design. */
export function permit(steps: Record<StepName, Step>, r: Resources, mailIdentities: readonly string[]): void {
  const { evaluate, issue, deliver, feedback, export: exporter, sweep, api } = steps;
  const decisions = ['enrollments', 'programs', 'frameworks'] as const;

  allowTable(evaluate, r.table, {
    get: decisions,
    query: ['evidence'],
    write: ['enrollments', 'asides'],
    remove: ['asides'],
  });
  allowSend(evaluate, r.queues, 'issue', 'delivery');
  evaluate.allowDataKey('dynamodb', 'sqs', 's3');

  allowTable(issue, r.table, { get: decisions, query: ['evidence'], write: ['enrollments'] });
  allowSend(issue, r.queues, 'evaluation', 'delivery');
  issue.allowDataKey('dynamodb', 'sqs', 's3');
  allowDocuments(issue, r, [
    's3:GetObject',
    's3:PutObject',
    's3:PutObjectTagging',
    's3:DeleteObjectTagging',
    's3:GetObjectRetention',
    's3:PutObjectRetention',
  ]);
  letSign(r.signingKey, issue);

  allowTable(deliver, r.table, {
    get: ['enrollments', 'programs', 'exports'],
    write: ['enrollments', 'mailPace', 'exports'],
  });
  allowSend(deliver, r.queues, 'delivery');
  deliver.allowDataKey('dynamodb', 'sqs', 's3');
  allowDocuments(deliver, r, ['s3:GetObject']);
  allowMail(deliver, r.configurationSetName, mailIdentities);

  allowTable(feedback, r.table, { get: ['enrollments'], write: ['enrollments'] });
  feedback.allowDataKey('dynamodb', 'sqs');

  allowTable(exporter, r.table, {
    get: ['enrollments', 'programs', 'frameworks', 'access', 'exports'],
    query: ['enrollments', 'evidence', 'access'],
    indexes: ['list'],
    write: ['access', 'exports'],
  });
  allowSend(exporter, r.queues, 'export', 'delivery');
  exporter.allowDataKey('dynamodb', 'sqs', 's3');
  allowDocuments(exporter, r, ['s3:GetObject']);
  allowCheckpoints(exporter, r);
  allowExports(exporter, r);
  letSign(r.ledgerKey, exporter);
  allowPublicKey(exporter, r);

  allowTable(sweep, r.table, {
    get: decisions,
    query: ['asides', 'access', 'exports'],
    indexes: ['due', 'list', 'lapse'],
    write: ['enrollments'],
    remove: ['asides'],
  });
  allowSend(sweep, r.queues, 'evaluation', 'issue', 'delivery', 'export');
  sweep.allowDataKey('dynamodb', 'sqs', 's3');
  allowFailedBatches(sweep, r);
  allowCheckpoints(sweep, r);
  letSign(r.ledgerKey, sweep);

  // In people's names, who may do what is the app's to say: it is the one that checks their tokens.
  allowTable(api, r.table, {
    get: [...decisions, 'access', 'idempotency', 'exports'],
    getMany: ['enrollments'],
    query: ['enrollments', 'evidence', 'asides', 'access', 'exports'],
    indexes: ['code', 'list', 'apprentice', 'awaiting', 'trouble', 'lapse', 'issued', 'credential'],
    write: ['enrollments', 'evidence', 'access', 'idempotency', 'exports'],
    remove: ['idempotency'],
  });
  allowSend(api, r.queues, 'evaluation', 'issue', 'delivery', 'export');
  api.allowDataKey('dynamodb', 'sqs', 's3');
  allowDocuments(api, r, ['s3:GetObject']);
  allowFetching(api, r);
  allowPublicKey(api, r);
}

function allowSend(step: Step, queues: Queues, ...names: (keyof Queues)[]): void {
  const resources = names.map((name) => queues[name].queue.queueArn);
  step.allow({ sid: 'Send', actions: ['sqs:SendMessage'], resources });
}

function allowDocuments(step: Step, { documents }: Resources, actions: string[]): void {
  step.allow(
    { sid: 'Documents', actions, resources: [documents.arnForObjects('*')] },
    // Without it S3 answers "forbidden" where a document is missing, and the step could not tell the two apart.
    { sid: 'DocumentsBucket', actions: ['s3:ListBucket'], resources: [documents.bucketArn] },
  );
  accept(step.role, 'AwsSolutions-IAM5[Resource::<Documents.Arn>/*]', 'Documents are named by content, one each.');
}

function allowFailedBatches(step: Step, { failedBatches }: Resources): void {
  step.allow(
    {
      sid: 'FailedBatches',
      actions: ['s3:GetObject', 's3:DeleteObject'],
      resources: [failedBatches.arnForObjects('aws/lambda/*')],
    },
    {
      sid: 'FailedBatchesBucket',
      actions: ['s3:ListBucket'],
      resources: [failedBatches.bucketArn],
      conditions: { StringEquals: { 's3:prefix': 'aws/lambda/' } },
    },
  );
  accept(
    step.role,
    'AwsSolutions-IAM5[Resource::<FailedBatches.Arn>/aws/lambda/*]',
    'Lambda named these objects; sweep reads and removes them and nothing else.',
  );
}

/** Writes bundles and aborts what broke off; reads none: who fetches one goes by an address of the API's. */
function allowExports(step: Step, { exports }: Resources): void {
  const actions = ['s3:PutObject', 's3:AbortMultipartUpload'];
  step.allow({ sid: 'Exports', actions, resources: [exports.arnForObjects('*')] });
  accept(step.role, 'AwsSolutions-IAM5[Resource::<Exports.Arn>/*]', 'Bundles are named by program and job, one each.');
}

/** Who asks the API for a bundle gets an address that the API signed: it needs the right itself. */
function allowFetching(step: Step, { exports }: Resources): void {
  step.allow(
    { sid: 'Exports', actions: ['s3:GetObject'], resources: [exports.arnForObjects('*')] },
    { sid: 'ExportsBucket', actions: ['s3:ListBucket'], resources: [exports.bucketArn] },
  );
  accept(step.role, 'AwsSolutions-IAM5[Resource::<Exports.Arn>/*]', 'Bundles are named by program and job, one each.');
}

/** What certificates are checked against; signing is `letSign`. */
function allowPublicKey(step: Step, { signingKey }: Resources): void {
  step.allow({ sid: 'SigningPublicKey', actions: ['kms:GetPublicKey'], resources: [signingKey.keyArn] });
}

/** Stored once, each with its lock; nothing here removes or unlocks one. */
function allowCheckpoints(step: Step, { checkpoints }: Resources): void {
  step.allow(
    {
      sid: 'Checkpoints',
      actions: ['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention'],
      resources: [checkpoints.arnForObjects('*')],
    },
    { sid: 'CheckpointsBucket', actions: ['s3:ListBucket'], resources: [checkpoints.bucketArn] },
  );
  accept(
    step.role,
    'AwsSolutions-IAM5[Resource::<Checkpoints.Arn>/*]',
    'Checkpoints are named by program and number, and programs come and go.',
  );
}

/** SES checks the sender's identity and the configuration set; sending under no set, or another, is refused. */
function allowMail(step: Step, configurationSetName: string, identities: readonly string[]): void {
  const arn = (resource: string, resourceName: string) =>
    Stack.of(step).formatArn({ service: 'ses', resource, resourceName });
  const senders = identities.length > 0 ? identities : ['*'];
  step.allow({
    sid: 'Mail',
    actions: ['ses:SendRawEmail'],
    resources: [
      ...senders.map((identity) => arn('identity', identity)),
      arn('configuration-set', configurationSetName),
    ],
  });
  if (identities.length === 0) {
    accept(
      step.role,
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]',
      'Programs verify their senders themselves; name them in mailIdentities and only those may be used.',
    );
  }
}
