import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const audience = 'journeypaper-tests';

/** An OpenID Connect issuer on this machine, with keys of its own, and tokens as good or as bad as they are asked for. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const stranger = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  const asked = { metadata: 0, keys: 0 };
  const codes = new Map<string, { challenge: string; token: string }>();
  let isDown = false;
  const server = createServer((request, response) => {
    const answer = (body: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (isDown) response.writeHead(503).end();
    else if (request.url === '/.well-known/openid-configuration') {
      asked.metadata++;
      answer({
        issuer,
        jwks_uri: `${issuer}/keys`,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        end_session_endpoint: `${issuer}/logout`,
      });
    } else if (request.url === '/token' && request.method === 'POST') {
      void text(request).then((form) => {
        const asked = new URLSearchParams(form);
        const offered = codes.get(asked.get('code') ?? '');
        codes.delete(asked.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(asked.get('code_verifier') ?? '')
          .digest('base64url');
        if (!offered || offered.challenge !== challenge || asked.get('client_id') !== audience)
          response.writeHead(400).end('{"error":"invalid_grant"}');
        else answer({ id_token: offered.token, token_type: 'Bearer' });
      });
    } else if (request.url === '/keys') {
      asked.keys++;
      answer({ keys });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** A token of an hour; whatever is given differs from a good one. */
  const sign = (claims: JWTPayload, header: { kid?: string; key?: typeof privateKey } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: issuer, aud: audience, iat: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: header.kid ?? 'k1' })
      .sign(header.key ?? privateKey);
  };
  return {
    issuer,
    asked,
    publicKey,
    strangersKey: stranger.privateKey,
    sign,
    /** Of one person, in groups such as `harbor:assessor`. */
    tokenOf: (actor: string, ...groups: string[]) =>
      sign({ sub: actor, 'cognito:username': actor, 'cognito:groups': groups }),
    /** A code that is good for one token, to whoever knows what the challenge was made of. */
    offer: (code: string, offered: { challenge: string; token: string }) => void codes.set(code, offered),
    goDown: (down: boolean) => {
      isDown = down;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
