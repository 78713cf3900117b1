import { hash } from 'node:crypto';
import type { CertificateChain } from './certificate-chain.ts';
import { contextTag, type Der, element, inOrder, integer, octets, sequence, setOf } from './der.ts';
import { ecdsaWithSha256, oids, sha256Algorithm } from './object-identifiers.ts';

/** What is the same in every signature of one chain, encoded once. */
export type SignatureTemplate = {
  /**
   * What the key signs for a document with this SHA-256: the DER of the signed attributes, about 120 bytes. Content
   * type, message digest and the signing certificate's hash, as a sorted SET OF; no signing time, which PAdES keeps in
   * the signature dictionary.
   */
  toBeSigned(digest: Uint8Array): Der;
  /** The signature as it goes into the document: CMS `SignedData`, detached, with the chain. */
  signedData(digest: Uint8Array, signature: Uint8Array, timeStamp?: Uint8Array): Der;
};

/** CAdES-B-B (ETSI EN 319 122-1), which in a PDF makes PAdES baseline B-B (EN 319 142-1); B-T with a time stamp. */
export function signatureTemplate(chain: CertificateChain): SignatureTemplate {
  const digestMark = Buffer.alloc(digestBytes, 0xd1);
  const attributes = setOf(
    attribute(oids.contentType, oids.data),
    attribute(oids.messageDigest, octets(digestMark)),
    attribute(oids.signingCertificateV2, certificateReference(chain)),
  );
  const toBeSigned = withHole(attributes, digestMark);
  /** An ECDSA signature has some 70 to 72 bytes, and each length has lengths of its own around it. */
  const bySignatureLength = new Map<number, (digest: Uint8Array, signature: Uint8Array) => Der>();

  function signedDataOf(signatureLength: number) {
    const signatureMark = Buffer.alloc(signatureLength, 0x51);
    const whole = encode(chain, attributes, signatureMark);
    const digestAt = onlyIndexOf(whole, digestMark);
    const signatureAt = onlyIndexOf(whole, signatureMark);
    return (digest: Uint8Array, signature: Uint8Array) => {
      const copy = Buffer.allocUnsafe(whole.length);
      copy.set(whole);
      copy.set(digest, digestAt);
      copy.set(signature, signatureAt);
      return copy;
    };
  }

  return {
    toBeSigned,
    signedData(digest, signature, timeStamp) {
      if (timeStamp) return encode(chain, toBeSigned(digest), signature, timeStamp);
      let splice = bySignatureLength.get(signature.length);
      if (!splice) {
        splice = signedDataOf(signature.length);
        bySignatureLength.set(signature.length, splice);
      }
      return splice(digest, signature);
    },
  };
}

const digestBytes = 32;

/** The whole structure; `attributes` as they were signed. */
function encode(chain: CertificateChain, attributes: Der, signature: Uint8Array, timeStamp?: Uint8Array): Der {
  const [leaf] = chain;
  const signerInfo = sequence(
    integer(1),
    sequence(leaf.issuer, leaf.serial),
    sha256Algorithm,
    retagged(attributes, contextTag(0)),
    ecdsaWithSha256,
    octets(signature),
    ...(timeStamp ? [element(contextTag(1), attribute(oids.signatureTimeStamp, timeStamp))] : []),
  );
  const certificates = inOrder(chain.map(({ der }) => der));
  const signedData = sequence(
    integer(1),
    setOf(sha256Algorithm),
    sequence(oids.data),
    element(contextTag(0), ...certificates),
    setOf(signerInfo),
  );
  return sequence(oids.signedData, element(contextTag(0), signedData));
}

/** RFC 5035 `SigningCertificateV2`, its hash by the default algorithm, SHA-256. */
function certificateReference([leaf]: CertificateChain): Der {
  return sequence(sequence(sequence(octets(hash('sha256', leaf.der, 'buffer')))));
}

function attribute(type: Der, value: Uint8Array): Der {
  return sequence(type, setOf(value));
}

/** Attributes are signed as a SET OF and carried under a context tag: the same content, another first byte. */
function retagged(set: Der, tag: number): Der {
  const copy = Buffer.from(set);
  copy[0] = tag;
  return copy;
}

function withHole(whole: Der, mark: Buffer): (digest: Uint8Array) => Der {
  const at = onlyIndexOf(whole, mark);
  return (digest) => {
    const copy = Buffer.from(whole);
    copy.set(digest, at);
    return copy;
  };
}

function onlyIndexOf(whole: Der, mark: Buffer): number {
  const at = whole.lastIndexOf(mark);
  // Of a mark within a mark the last place is the right one; a certificate that holds 32 equal bytes is ambiguous.
  if (at < 0 || whole.indexOf(mark) !== at) throw new TypeError('the template does not hold its mark once');
  return at;
}
