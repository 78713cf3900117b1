import * as z from 'zod';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { SignIn } from '../../ports/sign-in.ts';
import { issuerMetadata } from './issuer-metadata.ts';

const timeoutMs = 5_000;

const tokensSchema = z.object({ id_token: z.string().min(1).max(8_192) });

/**
 * Signs people in at one issuer as a public client: what stands for a secret is each sign-in's own verifier (RFC 7636).
 * Asks for `openid profile` and no address.
 */
export function oidcSignIn(options: { issuer: string; clientId: string }): SignIn {
  const metadata = issuerMetadata(options.issuer);
  const { clientId } = options;
  return {
    async begin({ redirectUri, state, nonce, challenge }) {
      const url = new URL(required((await metadata()).authorization_endpoint));
      const asked = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return url.href;
    },
    async finish({ code, verifier, redirectUri }) {
      const url = required((await metadata()).token_endpoint);
      const form = {
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
      };
      const answer = await post(url, new URLSearchParams(form));
      if (answer.status >= 400 && answer.status < 500) return { outcome: 'refused' };
      const tokens = tokensSchema.safeParse(await answer.json().catch(() => undefined));
      if (!answer.ok || !tokens.success) throw unreachable(new Error(`answered ${answer.status} without a token`));
      return { outcome: 'signed-in', token: tokens.data.id_token };
    },
    async end(returnTo) {
      const { end_session_endpoint: end } = await metadata();
      if (end === undefined) return undefined;
      const url = new URL(end);
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('post_logout_redirect_uri', returnTo);
      // Cognito's own name for the same.
      url.searchParams.set('logout_uri', returnTo);
      return url.href;
    },
  };
}

async function post(url: string, body: URLSearchParams): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  } catch (cause) {
    throw unreachable(cause);
  }
}

function required(endpoint: string | undefined): string {
  if (endpoint === undefined) throw unreachable(new Error('the issuer names no such endpoint'));
  return endpoint;
}

function unreachable(cause: unknown): AdapterError {
  return new AdapterError('oidc.unreachable', 'the issuer does not answer a sign-in', { retryable: true, cause });
}
