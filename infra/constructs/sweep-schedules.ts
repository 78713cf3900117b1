import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';
import { dataKeyThrough, type Step } from './step.ts';
import { deadLetterQueue } from './work-queue.ts';

/** Sweep's tasks, each with its rhythm. `due` sets how long a lost message can hold anything up. */
const schedules = {
  due: { task: 'due', expression: 'rate(2 minutes)' },
  recover: { task: 'recover', expression: 'rate(5 minutes)' },
  // The longest time in which a change of the ledger could still be hidden.
  checkpoint: { task: 'checkpoint', expression: 'rate(6 hours)' },
  daily: { task: 'daily', expression: 'cron(0 3 * * ? *)' },
} as const;

export type SweepSchedulesProps = {
  sweep: Step;
  key: IKey;
  alarmTopic: ITopic;
  stuck: Explanation;
  silent: Explanation;
};

/** Calls sweep on time. What could not be called, and what failed three times, lies in one dead-letter queue. */
export class SweepSchedules extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { sweep, key, alarmTopic, stuck, silent }: SweepSchedulesProps) {
    super(scope, id);
    const deadLetters = deadLetterQueue(this, 'DeadLetters', { key, alarmTopic, stuck });
    accept(deadLetters, 'AwsSolutions-SQS3', 'These are the dead letters, of the schedules and of asynchronous calls.');
    this.deadLetters = deadLetters;
    this.catchFailures(sweep, deadLetters);
    const group = new CfnScheduleGroup(this, 'Group', {});
    const role = this.schedulerRole(group, sweep, deadLetters, key);
    for (const [name, { task, expression }] of Object.entries(schedules)) {
      new CfnSchedule(this, `${name[0]?.toUpperCase()}${name.slice(1)}`, {
        groupName: group.ref,
        scheduleExpression: expression,
        scheduleExpressionTimezone: 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        state: 'ENABLED',
        target: {
          arn: sweep.function.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({ task }),
          retryPolicy: { maximumEventAgeInSeconds: 600, maximumRetryAttempts: 3 },
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      });
    }
    new ExplainedAlarm(this, 'Silent', {
      ...silent,
      topic: alarmTopic,
      metric: sweep.function.metricInvocations({ period: Duration.minutes(15) }),
      threshold: 1,
      when: 'less-than',
      silence: 'failure',
    });
  }

  /** The scheduler calls asynchronously: Lambda itself retries, then gives up. */
  private catchFailures(sweep: Step, deadLetters: Queue): void {
    sweep.allow({ sid: 'DeadLetters', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] });
    const config = new CfnEventInvokeConfig(this, 'Invocations', {
      functionName: sweep.function.functionName,
      qualifier: '$LATEST',
      maximumEventAgeInSeconds: 3600,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
    });
    config.node.addDependency(sweep.role);
  }

  private schedulerRole(group: CfnScheduleGroup, sweep: Step, deadLetters: Queue, key: IKey): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.attrArn } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [sweep.function.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    role.addToPolicy(new PolicyStatement(dataKeyThrough(key, ['sqs'], Aws.REGION)));
    return role;
  }
}
