import * as z from 'zod';

/** The settings of the API; the stack gives each of them. */
export const apiEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVALUATION_QUEUE_URL: z.url(),
  ISSUE_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
  DOCUMENTS_BUCKET: z.string().min(1),
  OIDC_ISSUER: z.url(),
  OIDC_AUDIENCE: z.string().min(1),
  OIDC_GROUPS_CLAIM: z.string().default('cognito:groups'),
  OIDC_ACTOR_CLAIM: z.string().default('cognito:username'),
  PUBLIC_URL: z.string().default(''),
});
export type ApiEnv = z.infer<typeof apiEnv>;
