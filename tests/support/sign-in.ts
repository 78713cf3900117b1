import { createHash, randomBytes } from 'node:crypto';

/** Whom one signs in as, on the local issuer's page. */
export type Who = { program: string; role: string; id: string };

export type Place = { issuer: string; clientId: string; redirectUri: string };

export type Tokens = { id_token: string; access_token: string; token_type: string; expires_in: number };

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Everything that a request for a code holds. */
export function authorizeParameters({ clientId, redirectUri }: Place, challenge: string): Record<string, string> {
  return {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
}

/** Chooses somebody on the local issuer's page, as a browser would, and returns where it sends one. */
export async function choose(place: Place, who: Who, parameters: Record<string, string>): Promise<URL> {
  const answer = await fetch(`${place.issuer}/oauth2/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: place.issuer },
    body: new URLSearchParams({ ...parameters, persona: `${who.program}:${who.role}:${who.id}` }),
  });
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw new Error(`sign-in answered ${answer.status}`);
  return new URL(location);
}

export function redeem(place: Place, code: string, verifier: string, more: Record<string, string> = {}) {
  return fetch(`${place.issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: place.clientId,
      redirect_uri: place.redirectUri,
      code,
      code_verifier: verifier,
      ...more,
    }),
  });
}

/** The tokens of somebody who signs in on the local issuer's page. */
export async function signIn(place: Place, who: Who): Promise<Tokens> {
  const { verifier, challenge } = pkce();
  const back = await choose(place, who, authorizeParameters(place, challenge));
  const answer = await redeem(place, back.searchParams.get('code') ?? '', verifier);
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Tokens;
}
