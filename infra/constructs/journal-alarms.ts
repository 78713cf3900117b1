import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { JournalCode } from '../../functions/ports/journal.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';

/** How often a step said something: every journal code is a metric of its step, written in its log. */
export function journalMetric(code: JournalCode, period = Duration.minutes(5)): Metric {
  return new Metric({
    // As `functions/adapters/aws/powertools-journal.ts` writes it; a test holds the two together.
    namespace: 'Journeypaper',
    metricName: code,
    dimensionsMap: { step: code.slice(0, code.indexOf('.')) },
    period,
    statistic: 'Sum',
  });
}

/** What the steps say that a person must hear of, even once. */
const heard: Record<string, Explanation & { code: JournalCode }> = {
  Suspended: {
    code: 'evaluate.suspended',
    meaning: 'A certificate that someone holds verifies as suspended, because its evidence no longer stands.',
    runbook: 'a-credential-was-suspended',
  },
  SetAside: {
    code: 'evaluate.set-aside',
    meaning: 'Evidence that somebody submitted does not count, because its item is malformed.',
    runbook: 'evidence-was-set-aside',
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
  SweepParked: {
    code: 'sweep.parked',
    meaning: 'A certificate or an email was tried for hours in vain, and its apprentice waits for a person.',
    runbook: 'sweep-gave-up',
  },
};

export class JournalAlarms extends Construct {
  constructor(scope: Construct, id: string, topic: ITopic) {
    super(scope, id);
    for (const [name, { code, ...explanation }] of Object.entries(heard)) {
      new ExplainedAlarm(this, name, { ...explanation, topic, metric: journalMetric(code), threshold: 1 });
    }
  }
}
