import type { SignatureCheck } from '../../ports/signature-check.ts';

/**
 * Checks signatures by the public half of a KMS key, with a client that is loaded when somebody first asks: one call
 * serves the function's whole life, and no cold start pays for it.
 */
export function lateSignatureCheck(keyId: string): SignatureCheck {
  let loading: Promise<SignatureCheck> | undefined;
  async function load(): Promise<SignatureCheck> {
    const { kmsClient, kmsSignatureCheck, kmsSigner } = await import('./kms-signer.ts');
    return kmsSignatureCheck(kmsSigner({ client: kmsClient(), keyId }));
  }
  return async (content, signature) => {
    loading ??= load();
    return (await loading)(content, signature);
  };
}
