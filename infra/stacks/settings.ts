import type { Node } from 'constructs';
import * as z from 'zod';
import { programIdSchema } from '../../functions/domain/ids.ts';

/** A list as JSON (`cdk.json`) or as text with commas (`-c name=a,b`). */
const list = <T extends z.ZodType<string>>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value), z.array(item));

const settingsSchema = z.object({
  /** Deployments side by side in one account; anything but `production` ends up in the stack's name. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,19}$/, 'up to 20 lower-case letters and digits')
    .default('production'),
  /** Gets every alarm. None: whoever subscribes to the topic. */
  alarmEmail: z.email().optional(),
  /** Addresses or domains that this stack verifies with SES. None: verified elsewhere in the account. */
  mailIdentities: list(z.string().regex(/^[^\s:*]+\.[^\s:*]+$/, 'an address or a domain')).default([]),
  /** Emails on their way at once; each takes about half a second, and SES's usual limit is 14 a second. */
  mailConcurrency: z.coerce.number().int().min(2).max(100).default(5),
  /** Programs for which another system may be given the right to submit evidence. */
  evidencePrograms: list(programIdSchema).default(['staten-island-peer-specialist', 'recovery-support-specialist']),
  /** Who may sign with the signing key for now, to ask an authority for its certificate. */
  certificateRequester: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/[^*]+$/, 'the ARN of a role or user')
    .optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

const names = Object.keys(settingsSchema.shape);

/**
 * The deployment's settings from the CDK context (`-c name=value`, or `context` in `cdk.json`).
 *
 * @throws Error naming each setting that is wrong, and how it is given.
 */
export function readSettings(node: Node): Settings {
  const given = Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)]));
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `${faults.join('; ')}. Give it as -c ${parsed.error.issues[0]?.path[0]?.toString()}=… or in cdk.json.`,
  );
}
