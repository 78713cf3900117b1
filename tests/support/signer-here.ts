import { generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '../../functions/ports/signer.ts';

/** A P-256 key of this process, which signs as KMS does. */
export function signerHere(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    sign: async (content) => ({ keyId: 'local', signature: sign('sha256', content, privateKey).toString('base64') }),
    publicKey: async () => der,
  };
}
