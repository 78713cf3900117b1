import * as z from 'zod';

/**
 * The longest that a request may run: the function's timeout is this or less. API Gateway waits no longer for an answer,
 * and a key whose request ran out of time is taken over after twice as long.
 */
export const maxRequestSeconds = 29;

/** The settings of the API; the stack gives each of them. */
export const apiEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVALUATION_QUEUE_URL: z.url(),
  ISSUE_QUEUE_URL: z.url(),
  DELIVERY_QUEUE_URL: z.url(),
  EXPORT_QUEUE_URL: z.url(),
  DOCUMENTS_BUCKET: z.string().min(1),
  /** Where finished audit bundles are fetched from. */
  EXPORTS_BUCKET: z.string().min(1),
  /** The key that certificates are signed with; its public half is all that is asked for. */
  SIGNING_KEY_ID: z.string().min(1),
  /** As in the tokens' `iss`; its keys are found through `/.well-known/openid-configuration` under it. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }),
  /** The client id that tokens are for. */
  OIDC_AUDIENCE: z.string().min(1),
  /** The claim that holds groups `{program}:{role}`. */
  OIDC_GROUPS_CLAIM: z.string().min(1).default('cognito:groups'),
  /** The claim that says who acts; in the records this is the person's id. */
  OIDC_ACTOR_CLAIM: z.string().min(1).default('cognito:username'),
  /** Where people reach us, without a path. Empty: the host that a request was sent to. */
  PUBLIC_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
});
export type ApiEnv = z.infer<typeof apiEnv>;
