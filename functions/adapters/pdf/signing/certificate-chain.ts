import { X509Certificate } from 'node:crypto';
import { contentOf, contextTag, type Der, readElement, tags } from './der.ts';

/** A certificate as far as a signature needs it. */
export type SigningCertificate = {
  der: Der;
  /** RFC 5280 `Name` and `CertificateSerialNumber`, encoded, as a signature points to its certificate. */
  issuer: Der;
  serial: Der;
  /** `SubjectPublicKeyInfo`, encoded. */
  publicKey: Der;
  validFrom: string;
  validTo: string;
};

/** The signing certificate, then whoever issued each. */
export type CertificateChain = readonly [SigningCertificate, ...SigningCertificate[]];

/**
 * Reads a chain in PEM, the signing key's own certificate first. A fault names the field of the program and the remedy.
 */
export function readChain(pems: readonly string[]): { chain: CertificateChain } | { fault: string } {
  const parsed: X509Certificate[] = [];
  for (const [i, pem] of pems.entries()) {
    try {
      parsed.push(new X509Certificate(pem));
    } catch {
      return { fault: `${field(i)}: not an X.509 certificate in PEM; paste the whole block as the authority gave it` };
    }
  }
  for (const [i, certificate] of parsed.entries()) {
    const issuer = parsed[i + 1];
    if (issuer && !isIssuedBy(certificate, issuer))
      return {
        fault: `${field(i + 1)}: did not issue ${field(i)}; put each certificate before the one that issued it`,
      };
  }
  const [leaf, ...issuers] = parsed.map((certificate) => signingCertificate(certificate.raw, certificate));
  if (!leaf) return { fault: 'signing.certificates: empty; give the certificate, or leave `signing` out' };
  return { chain: [leaf, ...issuers] };
}

/** Why this chain cannot sign at that instant with that key; undefined where it can. */
export function faultAt(chain: CertificateChain, publicKey: Uint8Array, at: string): string | undefined {
  if (!chain[0].publicKey.equals(publicKey)) {
    return `${field(0)}: not a certificate of this deployment's signing key; ask for one with \`certificate request\``;
  }
  const expired = chain.findIndex((certificate) => certificate.validTo < at);
  if (expired < 0) return undefined;
  const on = chain[expired]?.validTo.slice(0, 10);
  return `${field(expired)}: expired on ${on}; put the renewed certificate there and load the program again`;
}

const field = (i: number) => `signing.certificates.${i}`;

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that this Node does not know.
    return false;
  }
}

/** Takes a certificate of our own making apart, or one that node has read already. */
export function signingCertificate(der: Uint8Array, read = new X509Certificate(der)): SigningCertificate {
  const [toBeSigned] = contentOf(readElement(der), tags.sequence);
  const fields = contentOf(toBeSigned, tags.sequence);
  // Version 1 has no version.
  const [serial, , issuer] = fields[0]?.tag === contextTag(0) ? fields.slice(1) : fields;
  if (!serial || !issuer) throw new TypeError('a certificate without an issuer');
  return {
    der: Buffer.from(der),
    issuer: issuer.whole,
    serial: serial.whole,
    publicKey: read.publicKey.export({ type: 'spki', format: 'der' }),
    validFrom: read.validFromDate.toISOString(),
    validTo: read.validToDate.toISOString(),
  };
}
