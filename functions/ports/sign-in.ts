/** One sign-in under way: what makes its answer ours, and nobody else's. */
export type SignInStart = { redirectUri: string; state: string; nonce: string; challenge: string };

export type SignInEnd =
  | { outcome: 'signed-in'; token: string }
  /** The issuer did not take the code: used before, too old, or not of this sign-in. */
  | { outcome: 'refused' };

/**
 * The issuer's side of signing in (OpenID Connect, authorization code flow with PKCE). Rejects with an `AdapterError`
 * where the issuer cannot be reached.
 */
export type SignIn = {
  /** Where people go to sign in. */
  begin(start: SignInStart): Promise<string>;
  /** Gives the ID token for a code. It is not checked yet. */
  finish(given: { code: string; verifier: string; redirectUri: string }): Promise<SignInEnd>;
  /** Where people sign out at the issuer too, if it has such a page. */
  end(returnTo: string): Promise<string | undefined>;
};
