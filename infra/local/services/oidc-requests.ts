/** The one client that the issuer knows. */
export interface OidcClient {
  clientId: string;
  redirectUris: string[];
  logoutUris: string[];
  scopes: string[];
  /** How long an ID token holds. */
  tokenSeconds: number;
}

/** A sound request to sign somebody in. */
export interface AuthorizeRequest {
  redirectUri: string;
  scope: string;
  /** Of PKCE: the hash of what the client will show with the code. */
  challenge: string;
  state?: string;
  nonce?: string;
}

export type AuthorizeReading =
  | { outcome: 'sound'; request: AuthorizeRequest }
  /** The client may be told, by its own address. */
  | { outcome: 'refused'; redirectTo: string }
  /** Neither client nor address is known: a person must be told, and nobody sent anywhere. */
  | { outcome: 'untrusted'; message: string };

const known = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
];

/** The parameters of a request that a form carries on. */
export function carried(parameters: URLSearchParams): [string, string][] {
  return [...parameters].filter(([name]) => known.includes(name));
}

/** Reads a request for a code: RFC 6749 4.1.1, with PKCE by SHA-256 required (RFC 7636). */
export function readAuthorize(parameters: URLSearchParams, client: OidcClient): AuthorizeReading {
  const one = (name: string) => parameters.get(name) ?? undefined;
  const redirectUri = one('redirect_uri');
  const repeated = known.find((name) => parameters.getAll(name).length > 1);
  if (repeated) return { outcome: 'untrusted', message: `The request names ${repeated} twice.` };
  if (one('client_id') !== client.clientId)
    return { outcome: 'untrusted', message: 'The request comes from a client that this issuer does not know.' };
  if (redirectUri === undefined || !client.redirectUris.includes(redirectUri))
    return { outcome: 'untrusted', message: 'The request wants the answer at an address that is not the client’s.' };
  const state = one('state');
  const refuse = (error: string, description: string): AuthorizeReading => ({
    outcome: 'refused',
    redirectTo: withParameters(redirectUri, { error, error_description: description, ...(state && { state }) }),
  });
  const scopes = (one('scope') ?? '').split(' ').filter(Boolean);
  const challenge = one('code_challenge') ?? '';
  if (one('response_type') !== 'code') return refuse('unsupported_response_type', 'only code');
  if (!scopes.includes('openid')) return refuse('invalid_scope', 'openid is missing');
  if (scopes.some((scope) => !client.scopes.includes(scope))) return refuse('invalid_scope', 'not all are allowed');
  if (one('code_challenge_method') !== 'S256') return refuse('invalid_request', 'PKCE by S256 is required');
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) return refuse('invalid_request', 'code_challenge is no SHA-256');
  if (one('prompt') === 'none') return refuse('login_required', 'nobody stays signed in here');
  const nonce = one('nonce');
  const optional = { ...(state !== undefined && { state }), ...(nonce !== undefined && { nonce }) };
  return { outcome: 'sound', request: { redirectUri, scope: scopes.join(' '), challenge, ...optional } };
}

export function withParameters(address: string, parameters: Record<string, string>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
