import { hash, randomBytes } from 'node:crypto';
import type { Instant } from '../../../domain/time.ts';
import type { Signer } from '../../../ports/signer.ts';
import {
  bits,
  contentOf,
  contextTag,
  type Der,
  element,
  integer,
  octets,
  readElement,
  sequence,
  setOf,
  tags,
} from './der.ts';
import { type DistinguishedName, encodeName } from './distinguished-name.ts';
import { ecdsaWithSha256, oids } from './object-identifiers.ts';

/** A PKCS#10 request (RFC 2986) for a certificate of the signer's key, signed by that key; DER. */
export async function certificateRequest(signer: Signer, subject: DistinguishedName): Promise<Der> {
  const publicKey = await signer.publicKey();
  const wanted = sequence(oids.extensionRequest, setOf(extensions(publicKey)));
  const info = sequence(integer(0), encodeName(subject), publicKey, element(contextTag(0), wanted));
  return signed(signer, info);
}

export type Validity = { from: Instant; to: Instant };

/** A certificate of the signer's key that the key vouches for itself; DER. Its serial number is new each time. */
export async function selfSignedCertificate(
  signer: Signer,
  subject: DistinguishedName,
  validity: Validity,
): Promise<Der> {
  const publicKey = await signer.publicKey();
  const name = encodeName(subject);
  const toBeSigned = sequence(
    element(contextTag(0), integer(2)),
    // Two certificates with one issuer and number break readers that keep what they have seen (RFC 5280, 4.1.2.2).
    integer(randomBytes(serialBytes)),
    ecdsaWithSha256,
    name,
    sequence(time(validity.from), time(validity.to)),
    name,
    publicKey,
    element(contextTag(3), extensions(publicKey)),
  );
  return signed(signer, toBeSigned);
}

const serialBytes = 16;

/** Text as certificate authorities and programs take it. */
export function pem(label: 'CERTIFICATE' | 'CERTIFICATE REQUEST', der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

async function signed(signer: Signer, content: Der): Promise<Der> {
  const { signature } = await signer.sign(content);
  return sequence(content, ecdsaWithSha256, bits(Buffer.from(signature, 'base64')));
}

/** For signing documents, and for no certificates beneath it. */
function extensions(publicKey: Uint8Array): Der {
  const isCritical = Buffer.of(0x01, 0x01, 0xff);
  const [, keyBits] = contentOf(readElement(publicKey), tags.sequence);
  // RFC 7093, method 1: of the key itself, without the byte that counts unused bits.
  const keyId = hash('sha256', keyBits?.content.subarray(1) ?? publicKey, 'buffer').subarray(0, 20);
  /** `digitalSignature` and `nonRepudiation`, the first two of its bits. */
  const usage = bits(Buffer.of(0xc0), 6);
  return sequence(
    sequence(oids.basicConstraints, isCritical, octets(sequence())),
    sequence(oids.keyUsage, isCritical, octets(usage)),
    sequence(oids.subjectKeyIdentifier, octets(octets(keyId))),
  );
}

/** RFC 5280, 4.1.2.5: two digits for the year until 2049, four from then on; whole seconds. */
function time(instant: Instant): Der {
  const digits = `${instant.slice(0, 19).replace(/\D/g, '')}Z`;
  const isNear = Number(digits.slice(0, 4)) < 2050;
  return isNear
    ? element(tags.utcTime, Buffer.from(digits.slice(2)))
    : element(tags.generalizedTime, Buffer.from(digits));
}
