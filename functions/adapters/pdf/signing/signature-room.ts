import type { Signing } from '../../../domain/signing.ts';

/** All but the certificates: structure, attributes and signature take 400 bytes, names of authorities some more. */
const frameBytes = 900;
/** A deployment’s own certificate, of names that we know: the whole signature comes to some 830 bytes. */
const selfSignedRoom = 1_100;
/** A token with the server's own chain; those of public servers have 3,000 to 7,000. */
const timeStampBytes = 9_000;

/**
 * How many bytes to keep free for the signature of a program's certificates. By the program alone, so that equal
 * content keeps giving equal bytes.
 */
export function signatureRoom(signing: Signing | undefined): number {
  if (!signing) return selfSignedRoom;
  const certificates = signing.certificates.reduce((sum, pem) => sum + Math.ceil((pem.length * 3) / 4), 0);
  return frameBytes + certificates + (signing.timestampUrl === undefined ? 0 : timeStampBytes);
}
