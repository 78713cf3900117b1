import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { StepJournal } from './powertools-journal.ts';

/** A function's SQS edge. A record that throws is retried alone; the rest of its batch is kept. */
export function sqsBatch({ failed }: Pick<StepJournal, 'failed'>, handle: (body: string) => Promise<unknown>) {
  const processor = new BatchProcessor(EventType.SQS);
  const handleRecord = async (record: SQSRecord): Promise<void> => {
    try {
      await handle(record.body);
    } catch (error) {
      failed(error, { messageId: record.messageId, received: Number(record.attributes.ApproximateReceiveCount) });
      throw error;
    }
  };
  // A batch that fails whole is answered record by record too: an error thrown from here would have the runtime print
  // every cause, words and all.
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
    processPartialResponse(event, handleRecord, processor, { context, throwOnFullBatchFailure: false });
}
