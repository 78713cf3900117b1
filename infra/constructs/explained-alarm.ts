import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RunbookSection } from './runbook.ts';

/** What an alarm owes the person whom it wakes. */
export type Explanation = {
  /** What its failing means for people: apprentices, programs, auditors. One sentence without numbers or names. */
  meaning: string;
  /** The section of `infra/README.md` that says how to look and how to mend. */
  runbook: RunbookSection;
};

export type ExplainedAlarmProps = Explanation & {
  topic: ITopic;
  metric: IMetric;
  threshold: number;
  /** `at-least` unless said otherwise. */
  when?: 'at-least' | 'less-than';
  /** Periods in a row; one unless said otherwise. */
  periods?: number;
  /** No data is good news, unless silence itself is the failure. */
  silence?: 'fine' | 'failure';
};

/** An alarm that cannot be made without saying what it means for people and where its remedy is written. */
export class ExplainedAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: ExplainedAlarmProps) {
    super(scope, id);
    const below = props.when === 'less-than';
    this.alarm = new Alarm(this, 'Resource', {
      alarmDescription: `${props.meaning} What to do: infra/README.md#${props.runbook}`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods ?? 1,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: props.silence === 'failure' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(props.topic);
    this.alarm.addAlarmAction(action);
    this.alarm.addOkAction(action);
  }
}
