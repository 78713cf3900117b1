import type { Node } from 'constructs';
import * as z from 'zod';
import { programIdSchema } from '../../functions/domain/ids.ts';
import { issueWords } from '../../functions/domain/issue-words.ts';

/** A list as JSON (`cdk.json`) or as text with commas (`-c name=a,b`). */
const list = <T extends z.ZodType<string>>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value), z.array(item));

const person = () =>
  z.string().regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/[^*]+$/, 'the ARN of a role or user');

/** An address without a path: pages are put behind it. */
const origin = () =>
  z
    .string()
    .regex(/^https:\/\/[a-z0-9.-]+(:[0-9]+)?$/, 'an address that begins with https:// and ends with its domain');

/** Deliver's call takes 30 seconds at most, and a turn further ahead than ten is taken for a mistake (`dynamo-mail-pace.ts`). */
const longestTurnSeconds = 8;

const settingsSchema = z
  .object({
    /** Deployments side by side in one account; anything but `production` ends up in the stack's name. */
    stage: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,19}$/, 'up to 20 lower-case letters and digits')
      .default('production'),
    /** Gets every alarm. None: whoever subscribes to the topic. */
    alarmEmail: z.email().optional(),
    /** Addresses or domains that this stack verifies with SES. None: verified elsewhere in the account. */
    mailIdentities: list(z.string().regex(/^[^\s:*]+\.[^\s:*]+$/, 'an address or a domain')).default([]),
    /** Emails on their way at once. Each takes about half a second: enough of them to use the rate, and no more. */
    mailConcurrency: z.coerce.number().int().min(2).max(100).default(5),
    /** Emails a second that SES takes from the account (`aws ses get-send-quota`): 1 in the sandbox, 14 mostly. */
    mailRatePerSecond: z.coerce.number().min(0.5).max(500).default(14),
    /** Programs whose people sign in here: each gets a group for every role. */
    programs: list(programIdSchema).default(['staten-island-peer-specialist', 'recovery-support-specialist']),
    /** The app's own address on the web, where a domain leads to it. None: the one that the gateway gives it. */
    publicUrl: origin().optional(),
    /** The first part of the sign-in page's address. None: made of the stage and the account. */
    signInDomain: z
      .string()
      .regex(
        /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        'lower-case letters, digits and "-", without "aws", "amazon" or "cognito"',
      )
      .optional(),
    /** An OpenID issuer of the programs' own, in place of the user pool; with `oidcAudience`. */
    oidcIssuer: z.url({ protocol: /^https$/, error: 'an address that begins with https://' }).optional(),
    /** The app's client id with that issuer. */
    oidcAudience: z.string().min(1).optional(),
    /** Where that issuer's tokens say `{program}:{role}`, and who it is. */
    oidcGroupsClaim: z.string().min(1).default('groups'),
    oidcActorClaim: z.string().min(1).default('preferred_username'),
    /** Programs for which another system may be given the right to submit evidence. */
    evidencePrograms: list(programIdSchema).default(['staten-island-peer-specialist', 'recovery-support-specialist']),
    /** Who may sign with the signing key for now, to ask an authority for its certificate. */
    certificateRequester: person().optional(),
    /** Who may sign audit bundles, and take checkpoints, by the command line for now. */
    bundleSigner: person().optional(),
  })
  .refine(({ mailConcurrency, mailRatePerSecond }) => mailConcurrency / mailRatePerSecond <= longestTurnSeconds, {
    path: ['mailConcurrency'],
    message: `at most ${longestTurnSeconds} seconds' worth of mailRatePerSecond: each waits for its turn inside its call`,
  })
  .refine(({ oidcIssuer, oidcAudience }) => (oidcIssuer === undefined) === (oidcAudience === undefined), {
    path: ['oidcAudience'],
    message: 'oidcIssuer and oidcAudience go together',
  });
export type Settings = z.infer<typeof settingsSchema>;

/** A setting that somebody gave wrongly: its message says all that there is to know. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const names = Object.keys(settingsSchema.shape);

/**
 * The deployment's settings from the CDK context (`-c name=value`, or `context` in `cdk.json`).
 *
 * @throws SettingsError naming each setting that is wrong, and how it is given.
 */
export function readSettings(node: Node): Settings {
  const given = Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)]));
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issueWords(issue)}`);
  throw new SettingsError(
    `${faults.join('; ')}. Give it as -c ${parsed.error.issues[0]?.path[0]?.toString()}=… or in cdk.json.`,
  );
}
