import * as z from 'zod';

/** The settings of deliver; the stack gives each of them. */
export const deliverEnv = z.object({
  TABLE_NAME: z.string().min(1),
  DELIVERY_QUEUE_URL: z.url(),
  DOCUMENTS_BUCKET: z.string().min(1),
  /** The SES configuration set that publishes the events of every email. */
  CONFIGURATION_SET: z.string().min(1),
  /** Emails a second that SES takes from the account. */
  MAIL_RATE_PER_SECOND: z.coerce.number().positive(),
});
export type DeliverEnv = z.infer<typeof deliverEnv>;
