import { type CfnElement, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { StepName } from '../bundle.ts';
import { alarmTopic } from '../constructs/alarm-topic.ts';
import {
  accessLogsBucket,
  checkpointsBucket,
  documentsBucket,
  exportsBucket,
  failedBatchesBucket,
} from '../constructs/buckets.ts';
import { QueueSource, StreamSource } from '../constructs/event-sources.ts';
import { evidenceWriterPolicy } from '../constructs/evidence-writer.ts';
import { FlowDashboard } from '../constructs/flow-dashboard.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { JournalAlarms } from '../constructs/journal-alarms.ts';
import { dataKey, ledgerKey, letPerson, notificationKey, signingKey } from '../constructs/keys.ts';
import { MailEvents, pascalCase } from '../constructs/mail-events.ts';
import { recordsTable } from '../constructs/records-table.ts';
import { ServiceAlarms } from '../constructs/service-alarms.ts';
import { type Issuer, SignIn } from '../constructs/sign-in.ts';
import { SweepSchedules } from '../constructs/sweep-schedules.ts';
import { requestLimits } from './limits.ts';
import { permit } from './permissions.ts';
import { workQueues } from './queues.ts';
import type { Settings } from './settings.ts';
import { makeSteps, type Resources } from './steps.ts';

export type JourneypaperStackProps = StackProps & { settings: Settings; code: (step: StepName) => Code };

/** The whole workflow: the only description of its deployment, on AWS and on one machine alike. */
export class JourneypaperStack extends Stack {
  constructor(scope: Construct, id: string, { settings, code, ...props }: JourneypaperStackProps) {
    super(scope, id, props);
    const key = dataKey(this, 'DataKey');
    const notifications = notificationKey(this, 'NotificationKey');
    const topic = alarmTopic(this, 'AlarmTopic', notifications, settings.alarmEmail);
    const accessLogs = accessLogsBucket(this, 'AccessLogs');
    const queues = workQueues(this, { key, alarmTopic: topic });
    const mail = new MailEvents(this, 'Mail', {
      notificationKey: notifications,
      dataKey: key,
      feedback: queues.feedback,
      identities: settings.mailIdentities,
    });
    const http = new HttpApi(this, 'Http', { dataKey: key, alarmTopic: topic, limits: requestLimits });
    const publicUrl = settings.publicUrl ?? http.endpoint;
    const resources: Resources = {
      table: recordsTable(this, 'Records', key),
      queues,
      documents: documentsBucket(this, 'Documents', key, accessLogs),
      failedBatches: failedBatchesBucket(this, 'FailedBatches', key, accessLogs),
      checkpoints: checkpointsBucket(this, 'Checkpoints', key, accessLogs),
      exports: exportsBucket(this, 'Exports', key, accessLogs),
      dataKey: key,
      signingKey: signingKey(this, 'SigningKey'),
      ledgerKey: ledgerKey(this, 'LedgerKey'),
      alarmTopic: topic,
      configurationSetName: mail.configurationSet.configurationSetName,
      mailRatePerSecond: settings.mailRatePerSecond,
      publicUrl,
      issuer: this.issuer(settings, publicUrl),
      code,
    };
    const steps = makeSteps(this, resources);
    permit(steps, resources, settings.mailIdentities);
    if (settings.certificateRequester) letPerson(resources.signingKey, 'SignRequests', settings.certificateRequester);
    if (settings.bundleSigner) letPerson(resources.ledgerKey, 'SignBundles', settings.bundleSigner);
    http.serve(steps.api);
    this.connect(steps, resources, settings.mailConcurrency);
    new JournalAlarms(this, 'Journal', topic);
    new ServiceAlarms(this, 'Service', {
      topic,
      table: resources.table,
      configurationSet: resources.configurationSetName,
    });
    new FlowDashboard(this, 'Dashboard', { steps, queues, http });
    for (const program of settings.evidencePrograms) {
      const policy = evidenceWriterPolicy(this, `EvidenceWriter${pascalCase(program)}`, program, resources.table, key);
      this.output(`EvidenceWriter${pascalCase(program)}PolicyArn`, policy.managedPolicyArn);
    }
    this.describe(resources);
  }

  /** A pool of users of this stack's own, unless the programs have somebody who vouches for their people. */
  private issuer(settings: Settings, origin: string): Issuer {
    const { oidcIssuer: issuer, oidcAudience: audience, oidcGroupsClaim, oidcActorClaim } = settings;
    if (issuer !== undefined && audience !== undefined)
      return { issuer, audience, groupsClaim: oidcGroupsClaim, actorClaim: oidcActorClaim };
    const { signInDomain: domainPrefix, stage, programs } = settings;
    const signIn = new SignIn(this, 'SignIn', { origin, domainPrefix, stage, programs });
    this.output('UserPoolId', signIn.pool.userPoolId);
    return signIn.issuer;
  }

  /** What wakes each step. */
  private connect(steps: ReturnType<typeof makeSteps>, r: Resources, mailConcurrency: number): void {
    const { evaluate, issue, deliver, feedback, sweep } = steps;
    const { queues, alarmTopic: topic } = r;
    new StreamSource(this, 'EvaluateStream', {
      step: evaluate,
      table: r.table,
      failedBatches: r.failedBatches,
      alarmTopic: topic,
      late: {
        meaning: 'Evidence is decided late: apprentices see old progress, and certificates wait.',
        runbook: 'evidence-is-decided-late',
      },
      givenUp: {
        meaning: 'Some evidence was not decided in six tries; it is kept, and sweep hands it back.',
        runbook: 'a-batch-of-evidence-could-not-be-decided',
      },
    });
    const source = (
      id: string,
      step: typeof issue,
      queue: keyof typeof queues,
      batchSize: number,
      maxConcurrency: number,
    ) => new QueueSource(this, id, { step, queue: queues[queue].queue, batchSize, maxConcurrency });
    source('EvaluateMessages', evaluate, 'evaluation', 10, 10);
    // Small batches: printing is work for one core.
    source('IssueMessages', issue, 'issue', 2, 10);
    // One at a time: a lease begins when its own send begins. The rate is kept by the pace, whatever the concurrency.
    source('DeliverMessages', deliver, 'delivery', 1, mailConcurrency);
    source('FeedbackMessages', feedback, 'feedback', 10, 5);
    source('ExportMessages', steps.export, 'export', 1, 2);
    const schedules = new SweepSchedules(this, 'SweepSchedules', {
      sweep,
      key: r.dataKey,
      alarmTopic: topic,
      stuck: {
        meaning: 'A look for what was left behind failed three times or could not begin.',
        runbook: 'sweeps-are-stuck',
      },
      silent: {
        meaning: 'Nobody looks for what lost messages left behind: an apprentice may wait without end.',
        runbook: 'sweep-is-silent',
      },
    });
    this.output('SweepSchedulesDeadLettersArn', schedules.deadLetters.queueArn);
  }

  /** What the command line and the runbook need to know of this deployment. */
  private describe(r: Resources): void {
    this.output('RecordsTableName', r.table.tableName);
    this.output('DocumentsBucketName', r.documents.bucketName);
    this.output('FailedBatchesBucketName', r.failedBatches.bucketName);
    this.output('SigningKeyId', r.signingKey.keyId);
    this.output('CheckpointsBucketName', r.checkpoints.bucketName);
    this.output('LedgerKeyId', r.ledgerKey.keyId);
    this.output('ExportsBucketName', r.exports.bucketName);
    this.output('ConfigurationSetName', r.configurationSetName);
    this.output('AppUrl', r.publicUrl);
    this.output('OidcIssuer', r.issuer.issuer);
    this.output('OidcClientId', r.issuer.audience);
    this.output('AlarmTopicArn', r.alarmTopic.topicArn);
    for (const [name, { queue, deadLetters }] of Object.entries(r.queues)) {
      this.output(`${pascalCase(name)}QueueUrl`, queue.queueUrl);
      this.output(`${pascalCase(name)}DeadLettersArn`, deadLetters.queueArn);
    }
  }

  private output(id: string, value: string): void {
    new CfnOutput(this, id, { value });
  }

  /** A readable logical id: the path without its hash. People, the runbook and the local realisation go by it. */
  protected override allocateLogicalId(element: CfnElement): string {
    const path = element.node.scopes.slice(element.node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    return path
      .filter((id) => id !== 'Resource' && id !== 'Default')
      .join('')
      .replace(/[^A-Za-z0-9]/g, '');
  }
}
