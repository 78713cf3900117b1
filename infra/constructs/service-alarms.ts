import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ExplainedAlarm } from './explained-alarm.ts';

export type ServiceAlarmsProps = { topic: ITopic; table: Table; configurationSet: string };

/** What the mail service and the table say of us. */
export class ServiceAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, table, configurationSet }: ServiceAlarmsProps) {
    super(scope, id);
    const reputation = (metricName: string) =>
      new Metric({
        namespace: 'AWS/SES',
        metricName,
        dimensionsMap: { 'ses:configuration-set': configurationSet },
        period: Duration.hours(1),
        statistic: 'Average',
      });
    // SES reviews an account at 5 % and 0.1 %, and stops its mail at twice to five times that.
    new ExplainedAlarm(this, 'Bounces', {
      topic,
      meaning: 'So many emails bounce that the mail service may soon stop every certificate email of every program.',
      runbook: 'emails-bounce',
      metric: reputation('Reputation.BounceRate'),
      threshold: 0.04,
    });
    new ExplainedAlarm(this, 'Complaints', {
      topic,
      meaning: 'Recipients mark our emails as spam, and the mail service may soon stop every certificate email.',
      runbook: 'emails-are-complained-about',
      metric: reputation('Reputation.ComplaintRate'),
      threshold: 0.0008,
    });
    new ExplainedAlarm(this, 'TableThrottled', {
      topic,
      meaning: 'Everything is slow for everybody: evidence, certificates and emails wait for the table.',
      runbook: 'the-table-refuses-work',
      metric: throttles(table),
      threshold: 10,
      periods: 2,
    });
  }
}

/** Reads and writes that the table refused. It speaks only when it refuses, so that silence must count as none. */
function throttles(table: Table): MathExpression {
  const period = Duration.minutes(5);
  return new MathExpression({
    expression: 'FILL(reads, 0) + FILL(writes, 0)',
    usingMetrics: {
      reads: table.metric('ReadThrottleEvents', { statistic: 'Sum' }),
      writes: table.metric('WriteThrottleEvents', { statistic: 'Sum' }),
    },
    period,
  });
}
