import * as z from 'zod';

/** The settings of export; the stack gives each of them. */
export const exportEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EXPORT_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
  DOCUMENTS_BUCKET: z.string().min(1),
  CHECKPOINTS_BUCKET: z.string().min(1),
  /** Where finished bundles lie until they are fetched. */
  EXPORTS_BUCKET: z.string().min(1),
  /** Signs checkpoints and the manifests of bundles. */
  LEDGER_KEY_ID: z.string().min(1),
  /** Its public half goes into every bundle: credentials were signed with it. */
  SIGNING_KEY_ID: z.string().min(1),
});
export type ExportEnv = z.infer<typeof exportEnv>;
