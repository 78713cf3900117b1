import * as z from 'zod';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { readProperties } from './read-properties.ts';

/** A user pool with its one client, as the local issuer stands in for it. */
export interface SignInPlan {
  /** The address that its tokens name. */
  issuer: string;
  clientId: string;
  redirectUris: string[];
  logoutUris: string[];
  scopes: string[];
  /** How long an ID token holds. */
  tokenSeconds: number;
  /** What the pool's people may be in: `{program}:{role}`. */
  groups: string[];
}

const unitSeconds = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };
const unit = z.enum(['seconds', 'minutes', 'hours', 'days']);

const clientSchema = z.strictObject({
  ClientName: z.string().optional(),
  UserPoolId: z.string(),
  AllowedOAuthFlowsUserPoolClient: z.literal(true),
  AllowedOAuthFlows: z.tuple([z.literal('code', 'only the code flow is known here')]),
  AllowedOAuthScopes: z.array(z.string()),
  CallbackURLs: z.array(z.string()),
  LogoutURLs: z.array(z.string()).default([]),
  GenerateSecret: z.literal(false, 'only a public client is known here').optional(),
  IdTokenValidity: z.number().default(60),
  TokenValidityUnits: z.looseObject({ IdToken: unit.default('minutes') }).default({ IdToken: 'minutes' }),
});

const groupSchema = z.strictObject({ GroupName: z.string(), UserPoolId: z.string() });

/** The template's user pool; none: people sign in elsewhere. */
export function planSignIn(resources: Planned[]): SignInPlan | undefined {
  const ofType = (type: string) => resources.filter((resource) => resource.type === `AWS::Cognito::${type}`);
  const [pool, another] = ofType('UserPool');
  if (!pool) return undefined;
  if (another) throw new Unresolved(`${another.logicalId}: more than one user pool is not known here`);
  const [client, second] = ofType('UserPoolClient');
  if (!client || second) throw new Unresolved(`${pool.logicalId}: exactly one client of a user pool is known here`);
  const read = readProperties(clientSchema, client.properties);
  return {
    issuer: pool.attributes.ProviderURL ?? '',
    clientId: client.ref,
    redirectUris: read.CallbackURLs,
    logoutUris: read.LogoutURLs,
    scopes: read.AllowedOAuthScopes,
    tokenSeconds: read.IdTokenValidity * unitSeconds[read.TokenValidityUnits.IdToken],
    groups: ofType('UserPoolGroup').map(({ properties }) => readProperties(groupSchema, properties).GroupName),
  };
}
