import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';
import type { Step } from './step.ts';
import { streamFilters } from './stream-filters.ts';

/** Of a batch, only what failed is tried again. */
const partialFailures = ['ReportBatchItemFailures'];

export type QueueSourceProps = { step: Step; queue: IQueue; batchSize: number; maxConcurrency: number };

/** Feeds a step from a queue. Retries are the queue's: its receive count, then its dead letters. */
export class QueueSource extends Construct {
  constructor(scope: Construct, id: string, { step, queue, batchSize, maxConcurrency }: QueueSourceProps) {
    super(scope, id);
    step.allow({
      sid: 'OwnQueue',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    });
    const mapping = new CfnEventSourceMapping(this, 'Resource', {
      functionName: step.function.functionArn,
      eventSourceArn: queue.queueArn,
      batchSize,
      functionResponseTypes: partialFailures,
      scalingConfig: { maximumConcurrency: maxConcurrency },
    });
    // Lambda tries the role's permissions when the mapping is made.
    mapping.node.addDependency(step.role);
    accept(
      mapping,
      'Serverless-LambdaEventSourceMappingDestination',
      "Lambda has no on-failure destination for SQS: what fails too often goes to the queue's dead letters.",
    );
  }
}

export type StreamSourceProps = {
  step: Step;
  table: Table;
  failedBatches: Bucket;
  alarmTopic: ITopic;
  late: Explanation;
  givenUp: Explanation;
};

/**
 * Feeds a step from the table's stream. Bounded: five retries, halving the batch, an hour at most; then the batch goes
 * whole to a bucket, and the shard moves on.
 */
export class StreamSource extends Construct {
  constructor(scope: Construct, id: string, props: StreamSourceProps) {
    super(scope, id);
    const { step, table, failedBatches, alarmTopic } = props;
    if (table.tableStreamArn === undefined) throw new Error('the table has no stream');
    allowStream(step, table.tableStreamArn, failedBatches);
    const mapping = new CfnEventSourceMapping(this, 'Resource', {
      functionName: step.function.functionArn,
      eventSourceArn: table.tableStreamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      // Costs a lone piece of evidence up to a second, and saves a skill set submitted together all but one evaluation.
      maximumBatchingWindowInSeconds: 1,
      // More would split one enrollment's evidence among writers that race for its version.
      parallelizationFactor: 1,
      filterCriteria: { filters: streamFilters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
      functionResponseTypes: partialFailures,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 5,
      maximumRecordAgeInSeconds: 3600,
      destinationConfig: { onFailure: { destination: failedBatches.bucketArn } },
      metricsConfig: { metrics: ['EventCount'] },
    });
    mapping.node.addDependency(step.role);
    new ExplainedAlarm(this, 'Late', {
      ...props.late,
      topic: alarmTopic,
      metric: step.function.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: Duration.minutes(5).toMilliseconds(),
      periods: 3,
    });
    new ExplainedAlarm(this, 'GivenUp', {
      ...props.givenUp,
      topic: alarmTopic,
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping.attrId },
        period: Duration.minutes(5),
        statistic: 'Sum',
      }),
      threshold: 1,
    });
  }
}

function allowStream(step: Step, streamArn: string, failedBatches: Bucket): void {
  step.allow(
    {
      sid: 'Stream',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [streamArn],
    },
    // Knows no narrower resource; it tells the names of streams and nothing in them.
    { sid: 'StreamNames', actions: ['dynamodb:ListStreams'], resources: ['*'] },
    { sid: 'FailedBatches', actions: ['s3:PutObject'], resources: [failedBatches.arnForObjects('aws/lambda/*')] },
    { sid: 'FailedBatchesBucket', actions: ['s3:ListBucket'], resources: [failedBatches.bucketArn] },
  );
  accept(step.role, 'AwsSolutions-IAM5[Resource::*]', 'dynamodb:ListStreams knows no narrower resource.');
  accept(
    step.role,
    'AwsSolutions-IAM5[Resource::<FailedBatches.Arn>/aws/lambda/*]',
    'Lambda names the objects that it puts there; it puts them nowhere else.',
  );
}
