import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenCheck } from '../../ports/token-check.ts';
import { issuerMetadata } from './issuer-metadata.ts';

const keyTimeoutMs = 3_000;
/** An unknown key id has the keys fetched again, this often at the most: made-up ids cost the issuer nothing. */
const cooldownMs = 30_000;
const keysMaxAgeMs = 10 * 60_000;
/** Clocks of two machines differ. */
const toleranceSeconds = 5;
/** Longer than any issuer's; checked before anything is parsed. */
const maxTokenLength = 8_192;

/**
 * Checks tokens of one OpenID Connect issuer: signature by one of its published keys (RS256 or ES256), issuer, audience,
 * and times. The keys are kept for ten minutes and fetched again for a key id that is not among them.
 */
export function oidcTokenCheck(options: { issuer: string; audience: string; clock: Clock }): TokenCheck {
  const metadata = issuerMetadata(options.issuer);
  let keys: { uri: string; get: JWTVerifyGetKey } | undefined;
  const keysOfIssuer = async (): Promise<JWTVerifyGetKey> => {
    const { jwks_uri: uri } = await metadata();
    if (keys?.uri !== uri) {
      const limits = { timeoutDuration: keyTimeoutMs, cooldownDuration: cooldownMs, cacheMaxAge: keysMaxAgeMs };
      keys = { uri, get: createRemoteJWKSet(new URL(uri), limits) };
    }
    return keys.get;
  };
  return {
    async check(token) {
      if (token.length > maxTokenLength) return { outcome: 'invalid', code: 'token.invalid' };
      const key = await keysOfIssuer();
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer: options.issuer,
          audience: options.audience,
          algorithms: ['RS256', 'ES256'],
          requiredClaims: ['exp'],
          clockTolerance: toleranceSeconds,
          currentDate: new Date(options.clock.now()),
        });
        return { outcome: 'valid', claims: payload };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { outcome: 'invalid', code: 'token.expired' };
        if (isOfToken(error)) return { outcome: 'invalid', code: 'token.invalid' };
        throw new AdapterError('oidc.keys', "the issuer's keys cannot be had", { retryable: true, cause: error });
      }
    },
  };
}

/** What is wrong with the token itself. All else is the issuer's keys: nobody can be let in, and nobody is blamed. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}
