import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';

export type WorkQueueProps = {
  key: IKey;
  alarmTopic: ITopic;
  /** The consumer's timeout: a message stays invisible six times as long, as Lambda asks. */
  consumerTimeoutSeconds: number;
  /** Receives before a message goes to the dead letters. */
  maxReceives: number;
  /** Messages were given up. */
  stuck: Explanation;
  /** The oldest message waits longer than `seconds`. */
  waiting: Explanation & { seconds: number };
};

/** A queue between two steps: encrypted, over TLS only, with dead letters and an alarm on each way of falling behind. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { key, alarmTopic, stuck, waiting } = props;
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', { key, alarmTopic, stuck });
    this.queue = new Queue(this, 'Resource', {
      ...sealed(key),
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeoutSeconds),
      // Shorter than the dead letters' time, which counts from when a message was first sent.
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceives },
    });
    new ExplainedAlarm(this, 'Waiting', {
      ...waiting,
      topic: alarmTopic,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: waiting.seconds,
      periods: 3,
    });
  }
}

/** Where messages end that nobody could take, for two weeks, with its alarm. */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  { key, alarmTopic, stuck }: Pick<WorkQueueProps, 'key' | 'alarmTopic' | 'stuck'>,
): Queue {
  const queue = new Queue(scope, id, { ...sealed(key), retentionPeriod: Duration.days(14) });
  accept(
    queue,
    'Serverless-SQSRedrivePolicy',
    'These are the dead letters: a person reads them, nothing consumes them.',
  );
  new ExplainedAlarm(scope, 'Stuck', {
    ...stuck,
    topic: alarmTopic,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
    threshold: 1,
  });
  return queue;
}

function sealed(encryptionMasterKey: IKey) {
  return {
    encryption: QueueEncryption.KMS,
    encryptionMasterKey,
    // An hour instead of five minutes: a twelfth of the calls to KMS.
    dataKeyReuse: Duration.hours(1),
    enforceSSL: true,
  };
}
