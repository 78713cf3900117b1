/** What a token says of its holder, after its signature, issuer, audience and times were found good. */
export type Claims = Readonly<Record<string, unknown>>;

export type TokenVerdict =
  | { outcome: 'valid'; claims: Claims }
  /** `token.expired` or `token.invalid`: whatever else is wrong with it is nobody's business but the issuer's. */
  | { outcome: 'invalid'; code: 'token.expired' | 'token.invalid' };

/**
 * Says whether a token is the issuer's, for us, and in time. Fails closed: where the issuer's keys cannot be had it
 * rejects with an `AdapterError`, and nobody is let in.
 */
export type TokenCheck = { check(token: string): Promise<TokenVerdict> };
