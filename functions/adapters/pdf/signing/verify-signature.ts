import { createPublicKey, verify } from 'node:crypto';
import { signingCertificate } from './certificate-chain.ts';
import { type childrenOf, contentOf, contextTag, type Der, NotDer, readElement, tags } from './der.ts';
import { oids } from './object-identifiers.ts';
import { signatureTemplate } from './signature-template.ts';

/**
 * Is this, with nothing but zeros behind it, a signature over content with this SHA-256, as we make them, that verifies
 * under this key? What it was made from is read from it (certificates, signature value, time stamp) and put together
 * again, which must give the same bytes: so nothing in it is left unlooked at, but for the inside of a time stamp and of
 * the certificates of authorities.
 *
 * @param publicKey `SubjectPublicKeyInfo`, DER.
 */
export function isSignatureOver(content: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return holds(Buffer.from(content), digest, Buffer.from(publicKey));
  } catch (error) {
    if (error instanceof NotDer) return false;
    throw error;
  }
}

function holds(content: Buffer, digest: Uint8Array, publicKey: Buffer): boolean {
  const parts = readSignedData(content);
  if (!isEcdsaValue(parts.signature)) return false;
  const certificates = parts.certificates.map(readCertificate);
  const own = certificates.find((c) => c.issuer.equals(parts.issuer) && c.serial.equals(parts.serial));
  if (!own?.publicKey.equals(publicKey)) return false;
  const template = signatureTemplate([own, ...certificates.filter((certificate) => certificate !== own)]);
  const again = template.signedData(digest, parts.signature, parts.timeStamp);
  if (!content.subarray(0, again.length).equals(again) || content.subarray(again.length).some((byte) => byte !== 0))
    return false;
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  return verify('sha256', template.toBeSigned(digest), key, parts.signature);
}

/** A sequence of two integers, as ECDSA over P-256 gives: what is shorter or longer is no signature of ours. */
function isEcdsaValue(signature: Der): boolean {
  return signature.length >= 8 && signature.length <= 72 && signature[0] === tags.sequence;
}

type Parts = { certificates: Der[]; issuer: Der; serial: Der; signature: Der; timeStamp: Der | undefined };

function readSignedData(content: Buffer): Parts {
  const [, explicit] = contentOf(readElement(content), tags.sequence);
  const [signedData] = contentOf(explicit, contextTag(0));
  const [, , , certificates, signerInfos] = contentOf(signedData, tags.sequence);
  const [signerInfo] = contentOf(signerInfos, tags.set);
  const [, signer, , , , signature, unsigned] = contentOf(signerInfo, tags.sequence);
  const [issuer, serial] = contentOf(signer, tags.sequence);
  if (!issuer || !serial || signature?.tag !== tags.octetString) throw new NotDer('a signer without its parts');
  return {
    certificates: contentOf(certificates, contextTag(0)).map(({ whole }) => whole),
    issuer: issuer.whole,
    serial: serial.whole,
    signature: signature.content,
    timeStamp: unsigned && timeStampOf(contentOf(unsigned, contextTag(1))),
  };
}

function timeStampOf(attributes: ReturnType<typeof childrenOf>): Der {
  const [type, values] = contentOf(attributes[0], tags.sequence);
  const [value] = contentOf(values, tags.set);
  if (!value || !type?.whole.equals(oids.signatureTimeStamp)) throw new NotDer('another attribute');
  return value.whole;
}

function readCertificate(der: Der) {
  try {
    return signingCertificate(der);
  } catch {
    throw new NotDer('not a certificate');
  }
}
