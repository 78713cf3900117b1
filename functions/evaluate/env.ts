import * as z from 'zod';

/** The settings of evaluate; the stack gives each of them. */
export const evaluateEnv = z.object({
  TABLE_NAME: z.string().min(1),
  ISSUE_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
});
export type EvaluateEnv = z.infer<typeof evaluateEnv>;
