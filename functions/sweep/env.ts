import * as z from 'zod';

/** The settings of sweep; the stack gives each of them. */
export const sweepEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVALUATION_QUEUE_URL: z.url(),
  ISSUE_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
  EXPORT_QUEUE_URL: z.url(),
  /** Where the stream's event source mapping leaves what evaluate could not take. */
  FAILED_BATCHES_BUCKET: z.string().min(1),
  CHECKPOINTS_BUCKET: z.string().min(1),
  /** Signs checkpoints, and nothing that is issued. */
  LEDGER_KEY_ID: z.string().min(1),
});
export type SweepEnv = z.infer<typeof sweepEnv>;
