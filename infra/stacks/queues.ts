import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { WorkQueue } from '../constructs/work-queue.ts';
import { timeoutSeconds } from './limits.ts';

export type Queues = Record<'evaluation' | 'issue' | 'delivery' | 'feedback' | 'export', WorkQueue>;

/** The five queues, and what it means for people when one of them does not move. */
export function workQueues(scope: Construct, shared: { key: IKey; alarmTopic: ITopic }): Queues {
  return {
    evaluation: new WorkQueue(scope, 'EvaluationQueue', {
      ...shared,
      consumerTimeoutSeconds: timeoutSeconds.evaluate,
      maxReceives: 5,
      stuck: {
        meaning: 'Apprentices are looked at again in vain: a completion, a lapse or a withdrawal may go unnoticed.',
        runbook: 'evaluations-are-stuck',
      },
      waiting: {
        seconds: 600,
        meaning: 'Apprentices wait to be looked at again; certificates that depend on it come late.',
        runbook: 'evaluations-wait',
      },
    }),
    issue: new WorkQueue(scope, 'IssueQueue', {
      ...shared,
      consumerTimeoutSeconds: timeoutSeconds.issue,
      maxReceives: 5,
      stuck: {
        meaning: 'An apprentice has completed, and the certificate could not be made in five tries.',
        runbook: 'issues-are-stuck',
      },
      waiting: {
        // A held credential's message may lie here for a quarter of an hour, by design.
        seconds: 1800,
        meaning: 'Apprentices who have completed wait for their certificates.',
        runbook: 'issues-wait',
      },
    }),
    delivery: new WorkQueue(scope, 'DeliveryQueue', {
      ...shared,
      consumerTimeoutSeconds: timeoutSeconds.deliver,
      // Every receive may send an email; what the record still owes, sweep asks for again.
      maxReceives: 3,
      stuck: {
        meaning: 'A certificate is issued and valid, and the email with it could not be sent.',
        runbook: 'deliveries-are-stuck',
      },
      waiting: {
        // A deferred email's message may lie here for a quarter of an hour, by design.
        seconds: 1800,
        meaning: 'Certificates are issued, and the emails with them come late.',
        runbook: 'deliveries-wait',
      },
    }),
    feedback: new WorkQueue(scope, 'FeedbackQueue', {
      ...shared,
      consumerTimeoutSeconds: timeoutSeconds.feedback,
      maxReceives: 5,
      stuck: {
        meaning: 'A bounce or complaint could not be recorded: a program believes that an email arrived which did not.',
        runbook: 'mail-events-are-stuck',
      },
      waiting: {
        // A delivery's lease runs out after five minutes; its Send event must be read before.
        seconds: 240,
        meaning: 'News of emails comes late, and an apprentice may get the same email twice.',
        runbook: 'mail-events-wait',
      },
    }),
    export: new WorkQueue(scope, 'ExportQueue', {
      ...shared,
      consumerTimeoutSeconds: timeoutSeconds.export,
      maxReceives: 5,
      stuck: {
        meaning: 'An auditor asked for a bundle that could not even be begun in five tries.',
        runbook: 'exports-are-stuck',
      },
      waiting: {
        // Each may take a quarter of an hour, two at a time.
        seconds: 3600,
        meaning: 'Auditors wait for bundles that they asked for.',
        runbook: 'exports-wait',
      },
    }),
  };
}
