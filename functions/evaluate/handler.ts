import type { DynamoDBBatchResponse, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { randomIds } from '../adapters/aws/ids.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { readMessage } from '../adapters/aws/read-message.ts';
import { sqsBatch } from '../adapters/aws/sqs-batch.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { groupRecords } from '../adapters/aws/stream-records.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { evaluationRequestedSchema } from '../domain/messages.ts';
import { evaluateEnv } from './env.ts';
import { type EvaluatePorts, evaluateEnrollment } from './evaluate.ts';
import { evaluateStream } from './evaluate-stream.ts';

const env = readEnv(evaluateEnv, process.env);
const { journal, failed } = stepJournal('evaluate');
const ports: EvaluatePorts = {
  store: dynamoStore({ client: dynamoClient(), tableName: env.TABLE_NAME }),
  queue: sqsQueue({ client: sqsClient(), urls: { issue: env.ISSUE_QUEUE_URL, delivery: env.DELIVERY_QUEUE_URL } }),
  clock: systemClock,
  ids: randomIds(systemClock),
  journal,
};
warmUp(ports.store);

const handleMessages = sqsBatch({ failed }, (body) => {
  const { program, enrollment, changes, whole, reason } = readMessage(evaluationRequestedSchema, body);
  return evaluateEnrollment(ports, {
    ref: { program, enrollment },
    changes,
    whole,
    afterRefusal: reason === 'issue-refused',
  });
});

/** Evaluate's two sources: the table's stream of evidence, and requests to look again. */
export const handler = (event: DynamoDBStreamEvent | SQSEvent) =>
  isMessages(event) ? handleMessages(event) : handleStream(event);

async function handleStream(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const failures = await evaluateStream(ports, groupRecords(event.Records));
  for (const { error, sequence } of failures) failed(error, { sequence });
  return { batchItemFailures: failures.slice(0, 1).map(({ sequence }) => ({ itemIdentifier: sequence })) };
}

function isMessages(event: DynamoDBStreamEvent | SQSEvent): event is SQSEvent {
  return event.Records[0]?.eventSource === 'aws:sqs';
}
