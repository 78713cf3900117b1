import * as z from 'zod';

/** The settings of issue; the stack gives each of them. */
export const issueEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVALUATION_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
  DOCUMENTS_BUCKET: z.string().min(1),
  /** The key's id or ARN. */
  SIGNING_KEY_ID: z.string().min(1),
});
export type IssueEnv = z.infer<typeof issueEnv>;
