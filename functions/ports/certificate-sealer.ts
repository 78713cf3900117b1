import type { Program } from '../domain/program.ts';
import type { Signing } from '../domain/signing.ts';
import type { Instant } from '../domain/time.ts';
import type { RenderedCertificate } from './certificate-engine.ts';

export type Sealed = {
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, and of the bytes as rendered. */
  hash: string;
  unsignedHash: string;
  /** The key that signed, as its service calls it. */
  keyId: string;
};

/** Puts a signature into the place that a certificate keeps for it, and changes no other byte. */
export type CertificateSealer = {
  /**
   * Takes the bytes over: the signature is written where it stands, since a copy of every certificate costs as much as
   * its hashes. Where it rejects, they are as they came. Each call signs anew: no two results are alike.
   *
   * Rejects with an `AdapterError`, retryable where the key or the time stamp server failed or answered late, and not
   * where the program's certificates cannot sign: `seal.certificates` (the message names the field),
   * `seal.does-not-fit`, `seal.slot`.
   */
  seal(
    rendered: Pick<RenderedCertificate, 'bytes' | 'slot'>,
    program: Pick<Program, 'signing'>,
    requestedAt: Instant,
  ): Promise<Sealed>;
  /**
   * Does a stored document hold these unsigned bytes, and a signature over them that verifies under our key? Whatever
   * else it may be, a document that does is as good as one that `seal` would make now.
   */
  isSealOf(stored: Uint8Array, unsignedHash: string): Promise<boolean>;
};

/**
 * Why certificates could not be signed like this, naming the field and the remedy; undefined where they could.
 * Rejects with an `AdapterError` where the key's service does not answer.
 */
export type SigningCheck = (signing: Signing, at: Instant) => Promise<string | undefined>;
