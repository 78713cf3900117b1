import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { StepJournal } from './step-journal.ts';

/**
 * A function's SQS edge. A record that throws is retried alone; the rest of its batch is kept. A batch that fails whole
 * is answered record by record too: an error thrown from here would have the runtime print its cause, words and all.
 */
export function sqsBatch({ failed }: Pick<StepJournal, 'failed'>, handle: (body: string) => Promise<unknown>) {
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const failures = await Promise.all(event.Records.map((record) => handleRecord(record)));
    return { batchItemFailures: failures.flat() };
  };

  async function handleRecord(record: SQSRecord): Promise<SQSBatchItemFailure[]> {
    try {
      await handle(record.body);
      return [];
    } catch (error) {
      failed(error, { messageId: record.messageId, received: Number(record.attributes.ApproximateReceiveCount) });
      return [{ itemIdentifier: record.messageId }];
    }
  }
}
