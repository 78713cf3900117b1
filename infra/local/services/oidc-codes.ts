import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Persona } from './oidc-personas.ts';
import type { AuthorizeRequest } from './oidc-requests.ts';

export interface Grant {
  request: AuthorizeRequest;
  persona: Persona;
}

export interface Codes {
  issue(grant: Grant): string;
  /**
   * What a code was issued for, once: whoever shows it, rightly or wrongly, has used it up. Undefined where it is unknown, used or
   * too old, or where address or verifier are not those of its request.
   */
  redeem(code: string, redirectUri: string, verifier: string): Grant | undefined;
}

const lifeMs = 60_000;

/** Codes live in memory: who was about to sign in when the stack stopped begins anew. */
export function codeRegister(now: () => number): Codes {
  const open = new Map<string, Grant & { until: number }>();
  return {
    issue(grant) {
      for (const [code, { until }] of open) if (until <= now()) open.delete(code);
      const code = randomBytes(32).toString('base64url');
      open.set(code, { ...grant, until: now() + lifeMs });
      return code;
    },
    redeem(code, redirectUri, verifier) {
      const grant = open.get(code);
      open.delete(code);
      if (!grant || grant.until <= now() || grant.request.redirectUri !== redirectUri) return undefined;
      const isVerifier = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier);
      const hash = createHash('sha256').update(verifier).digest();
      const challenge = Buffer.from(grant.request.challenge, 'base64url');
      if (!isVerifier || hash.length !== challenge.length || !timingSafeEqual(hash, challenge)) return undefined;
      return { request: grant.request, persona: grant.persona };
    },
  };
}
