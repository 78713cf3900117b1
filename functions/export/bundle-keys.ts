import { sha256 } from '../domain/hash.ts';
import type { Signer } from '../ports/signer.ts';
import type { BundleKeys } from './seal-bundle.ts';

export type BundleKey = {
  pem: BundleKeys;
  /** SHA-256 of the ledger's public key (SubjectPublicKeyInfo, DER): what `verify.mjs --key` takes. */
  fingerprint: string;
};

export async function bundleKeys(from: { ledgerSigner: Signer; signer: Signer }): Promise<BundleKey> {
  const [ledger, signing] = await Promise.all([from.ledgerSigner.publicKey(), from.signer.publicKey()]);
  return { pem: { ledger: pemOf(ledger), signing: pemOf(signing) }, fingerprint: sha256(ledger) };
}

/** RFC 7468: base64 in lines of 64 characters between two that say what it is. */
function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}
