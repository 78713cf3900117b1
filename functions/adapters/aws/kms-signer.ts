import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { SignatureCheck } from '../../ports/signature-check.ts';
import type { Signer } from '../../ports/signer.ts';
import { awsFailure } from './aws-failure.ts';
import { clientSettings } from './client-settings.ts';

/** KMS hashes messages up to this length itself; of a longer one it takes the digest. */
const maxRawBytes = 4096;

export function kmsClient(): KMSClient {
  return new KMSClient(clientSettings('KMS', { requestTimeoutMs: 5_000 }));
}

/** Signs with an asymmetric KMS key (`ECC_NIST_P256`, sign and verify). `keyId` is the key's ARN. */
export function kmsSigner({ client, keyId }: { client: KMSClient; keyId: string }): Signer {
  return {
    async sign(content) {
      const raw = content.length <= maxRawBytes;
      const command = new SignCommand({
        KeyId: keyId,
        Message: raw ? content : createHash('sha256').update(content).digest(),
        MessageType: raw ? 'RAW' : 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      const answer = await client.send(command).catch((error: unknown) => {
        throw awsFailure('signer.sign', 'signing a credential', error);
      });
      if (!answer.Signature)
        throw new AdapterError('signer.sign', 'KMS answered without a signature', { retryable: true });
      return { keyId: answer.KeyId ?? keyId, signature: Buffer.from(answer.Signature).toString('base64') };
    },

    async publicKey() {
      const answer = await client.send(new GetPublicKeyCommand({ KeyId: keyId })).catch((error: unknown) => {
        throw awsFailure('signer.public-key', 'reading the signing key', error);
      });
      if (!answer.PublicKey)
        throw new AdapterError('signer.public-key', 'KMS answered without a public key', { retryable: true });
      return answer.PublicKey;
    },
  };
}

/** Checks signatures by the public half of a key, which is asked for until it has come and may be known to everybody. */
export function kmsSignatureCheck({ publicKey }: Pick<Signer, 'publicKey'>): SignatureCheck {
  let key: Promise<KeyObject> | undefined;
  const asked = async () => {
    key ??= publicKey().then((der) => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
    try {
      return await key;
    } catch (error) {
      // Kept, one call that failed would fail every other for as long as the function lives.
      key = undefined;
      throw error;
    }
  };
  return async (content, signature) => verify('sha256', content, await asked(), Buffer.from(signature, 'base64'));
}
