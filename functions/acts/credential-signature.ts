import { type Credential, signedStatement } from '../domain/credential.ts';
import { canonicalJson } from '../domain/hash.ts';
import type { SignatureCheck } from '../ports/signature-check.ts';

/**
 * Whether a credential's record is the one that our key signed: its name, day, standards and document. Its state is not
 * among what is signed, since it changes.
 */
export function fitsItsSignature(credential: Credential, isSignature: SignatureCheck): Promise<boolean> {
  const statement = new TextEncoder().encode(canonicalJson(signedStatement(credential)));
  return isSignature(statement, credential.signature.value);
}
