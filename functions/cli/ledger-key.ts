import { createPublicKey } from 'node:crypto';
import { sha256 } from '../domain/hash.ts';
import type { BundleKeys } from '../export/seal-bundle.ts';
import type { Signer } from '../ports/signer.ts';

export type BundleKey = {
  pem: BundleKeys;
  /** SHA-256 of the ledger's public key (SubjectPublicKeyInfo, DER): what `verify.mjs --key` takes. */
  fingerprint: string;
};

export async function bundleKeys(from: { ledgerSigner: Signer; signer: Signer }): Promise<BundleKey> {
  const [ledger, signing] = await Promise.all([from.ledgerSigner.publicKey(), from.signer.publicKey()]);
  return { pem: { ledger: pemOf(ledger), signing: pemOf(signing) }, fingerprint: sha256(ledger) };
}

function pemOf(der: Uint8Array): string {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
