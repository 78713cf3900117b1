import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetterQueue, DeadLetters } from '../../ports/dead-letters.ts';
import { s3KeptLetters, s3StreamLetters } from './s3-kept-letters.ts';
import { sqsDeadLetters } from './sqs-dead-letters.ts';

type QueueName = 'evaluation' | 'issue' | 'delivery' | 'feedback' | 'export';

type Options = {
  sqs: SQSClient;
  s3: S3Client;
  queueUrls: Record<QueueName | `${QueueName}DeadLetters` | 'sweepSchedulesDeadLetters', string>;
  failedBatchesBucket: string;
};

/** All dead letters of one deployment: six SQS queues, and the stream's on-failure bucket. */
export function awsDeadLetters({ sqs, s3, queueUrls, failedBatchesBucket }: Options): DeadLetters {
  const bucket = { client: s3, bucket: failedBatchesBucket };
  const kept = s3KeptLetters(bucket);
  const queue = (name: QueueName) => {
    const urls = { queueUrl: queueUrls[name], deadLettersUrl: queueUrls[`${name}DeadLetters`] };
    return sqsDeadLetters(name, { client: sqs, kept, ...urls });
  };
  const places: Record<DeadLetterQueue, DeadLetters['visit']> = {
    evaluation: queue('evaluation'),
    issue: queue('issue'),
    delivery: queue('delivery'),
    feedback: queue('feedback'),
    export: queue('export'),
    sweeps: sqsDeadLetters('sweeps', {
      ...{ client: sqs, kept, queueUrl: undefined },
      deadLettersUrl: queueUrls.sweepSchedulesDeadLetters,
    }),
    stream: s3StreamLetters(bucket, kept),
  };
  return { visit: (name, most, decide) => places[name](name, most, decide), listKept: kept.list };
}
