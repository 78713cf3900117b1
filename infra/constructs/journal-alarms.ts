import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { JournalCode } from '../../functions/ports/journal.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';

/** How often a step said something: every journal code is a metric of its step, written in its log. */
export function journalMetric(code: JournalCode, period = Duration.minutes(5)): Metric {
  return new Metric({
    // As `functions/adapters/aws/step-journal.ts` writes it; a test holds the two together.
    namespace: 'Journeypaper',
    metricName: code,
    dimensionsMap: { step: code.slice(0, code.indexOf('.')) },
    period,
    statistic: 'Sum',
  });
}

/** What the steps say that a person must hear of, even once. */
const heard: Record<string, Explanation & { code: JournalCode; over?: Duration }> = {
  Suspended: {
    code: 'evaluate.suspended',
    meaning: 'A certificate that someone holds verifies as suspended, because its evidence no longer stands.',
    runbook: 'a-credential-was-suspended',
  },
  SetAside: {
    code: 'evaluate.set-aside',
    meaning:
      'A piece of evidence or an assessment does not count: it is malformed, or a rule of its program refuses it.',
    runbook: 'evidence-was-set-aside',
  },
  UnknownEnrollment: {
    code: 'evaluate.unknown-enrollment',
    meaning: 'Evidence was submitted for an enrollment that does not exist, and counts for nobody until it does.',
    runbook: 'evidence-came-for-nobody-enrolled',
    // Mostly evidence that came before its enrollment: one call a day is enough.
    over: Duration.days(1),
  },
  CredentialParked: {
    code: 'issue.parked',
    meaning: 'An apprentice has completed and gets no certificate until a person mends the record or the template.',
    runbook: 'a-credential-is-parked',
  },
  EmailParked: {
    code: 'deliver.parked',
    meaning: 'A certificate is issued and valid, and its holder has not been sent it.',
    runbook: 'an-email-is-parked',
  },
  EmailCameBack: {
    code: 'feedback.parked',
    meaning:
      'An email came back or was refused for good: whoever should have its certificate or warning has not got it.',
    runbook: 'an-email-is-parked',
  },
  ExportFailed: {
    code: 'export.failed',
    meaning: 'A bundle that an auditor asked for cannot be made until somebody mends what its code names.',
    runbook: 'a-bundle-cannot-be-made',
  },
  ExportUntold: {
    code: 'deliver.untold',
    meaning: 'Whoever asked for a bundle does not learn that it is there: the mail service refused the address.',
    runbook: 'a-bundle-cannot-be-made',
  },
  SweepParked: {
    code: 'sweep.parked',
    meaning: 'A certificate or an email was tried for hours in vain, and its apprentice waits for a person.',
    runbook: 'sweep-gave-up',
  },
  BatchUnreadable: {
    code: 'sweep.unreadable',
    meaning: 'Evidence of some apprentices was not decided, and its batch stays undecided until a person reads it.',
    runbook: 'a-failed-batch-cannot-be-read',
    // Sweep says it every five minutes: in a period as short, the alarm would come and go.
    over: Duration.minutes(15),
  },
};

export class JournalAlarms extends Construct {
  constructor(scope: Construct, id: string, topic: ITopic) {
    super(scope, id);
    for (const [name, { code, over, ...explanation }] of Object.entries(heard)) {
      new ExplainedAlarm(this, name, { ...explanation, topic, metric: journalMetric(code, over), threshold: 1 });
    }
  }
}
