import { hash } from 'node:crypto';
import { AdapterError } from '../../../ports/adapter-error.ts';
import type { CertificateSealer, SigningCheck } from '../../../ports/certificate-sealer.ts';
import type { Signer } from '../../../ports/signer.ts';
import { type CertificateChain, faultAt, readChain, signingCertificate } from './certificate-chain.ts';
import { selfSignedCertificate } from './certificate-request.ts';
import { tags } from './der.ts';
import { once } from './once.ts';
import { fillSlot, findSlot, isSlot, readSlot, slotHashes } from './signature-slot.ts';
import { type SignatureTemplate, signatureTemplate } from './signature-template.ts';
import { requestTimeStamp } from './time-stamp.ts';
import { isSignatureOver } from './verify-signature.ts';

type Prepared = { chain: CertificateChain; template: SignatureTemplate };

/**
 * Signs certificates as PAdES baseline B-B, or B-T where the program names a time stamp server. The key sees the signed
 * attributes alone, some 120 bytes, and no byte of the document.
 *
 * A program without certificates of its own is signed by a self-signed one, made once a process. It ties every document
 * to the key, whose fingerprint is in the certificate's name; a PDF reader says that the document is unchanged and that
 * its signer is unknown. Trusting one by hand covers the papers of that process alone: who wants that gives the program
 * a certificate, be it a self-signed one (`certificate self-signed --into`).
 */
export function certificateSealer({ signer }: { signer: Signer }): CertificateSealer {
  const publicKey = once(() => signer.publicKey());
  const selfSigned = once(async () => prepare([await makeSelfSigned(signer, await publicKey())]));
  const byCertificates = new Map<string, Prepared>();

  async function preparedFor(certificates: readonly string[] | undefined, at: string): Promise<Prepared> {
    if (!certificates) return selfSigned();
    const pems = certificates.join('\n');
    const known = byCertificates.get(pems);
    const read = known ?? readChain(certificates);
    if ('fault' in read) throw unfit(read.fault);
    const fault = faultAt(read.chain, await publicKey(), at);
    if (fault !== undefined) throw unfit(fault);
    if (known) return known;
    if (byCertificates.size >= maxPrepared) byCertificates.clear();
    const prepared = prepare(read.chain);
    byCertificates.set(pems, prepared);
    return prepared;
  }

  return {
    async seal({ bytes, slot }, { signing }, requestedAt) {
      if (!isSlot(bytes, slot)) throw new AdapterError('seal.slot', 'no place for a signature', { retryable: false });
      const { template } = await preparedFor(signing?.certificates, requestedAt);
      const hashes = slotHashes(bytes, slot);
      const { keyId, signature: base64 } = await signer.sign(template.toBeSigned(hashes.signedRange));
      const signature = checkedSignature(base64);
      const timeStamp = signing?.timestampUrl && (await requestTimeStamp(signing.timestampUrl, signature));
      const signedData = template.signedData(hashes.signedRange, signature, timeStamp || undefined);
      if (signedData.length * 2 > slot.length) {
        const sizes = `the signature has ${signedData.length} bytes and its place ${slot.length / 2}`;
        throw new AdapterError(
          'seal.does-not-fit',
          `${sizes}; shorten signing.certificates, or name another signing.timestampUrl`,
          { retryable: false },
        );
      }
      fillSlot(bytes, slot, signedData);
      return { bytes, hash: hashes.filled(bytes), unsignedHash: hashes.unsigned, keyId };
    },

    async isSealOf(stored, unsignedHash) {
      const slot = findSlot(stored);
      if (!slot) return false;
      const { unsigned, signedRange } = slotHashes(stored, slot);
      return unsigned === unsignedHash && isSignatureOver(readSlot(stored, slot), signedRange, await publicKey());
    },
  };
}

/** What program load asks before it takes certificates in. */
export function signingCheck({ signer }: { signer: Signer }): SigningCheck {
  const publicKey = once(() => signer.publicKey());
  return async (signing, at) => {
    const read = readChain(signing.certificates);
    if ('fault' in read) return read.fault;
    const early = read.chain.findIndex((certificate) => certificate.validFrom > at);
    if (early >= 0) {
      const from = read.chain[early]?.validFrom.slice(0, 10);
      return `signing.certificates.${early}: valid from ${from} on; load the program again on that day`;
    }
    return faultAt(read.chain, await publicKey(), at);
  };
}

/** One a program, and what is left of their past versions. */
const maxPrepared = 100;

const prepare = (chain: CertificateChain): Prepared => ({ chain, template: signatureTemplate(chain) });

/** RFC 5280's "no well-defined date": the certificate ends when the key does. */
const unlimited = { from: '2020-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.000Z' };

async function makeSelfSigned(signer: Signer, publicKey: Uint8Array) {
  const serialNumber = hash('sha256', publicKey).slice(0, 16);
  const der = await selfSignedCertificate(signer, { CN: 'Journeypaper self-signed', serialNumber }, unlimited);
  return signingCertificate(der);
}

const unfit = (fault: string) => new AdapterError('seal.certificates', `program ${fault}`, { retryable: false });

function isPairOfIntegers(der: Buffer): boolean {
  const first = der[3] ?? 0;
  const second = der[first + 5] ?? 0;
  const isPair = der[0] === tags.sequence && der[2] === tags.integer && der[first + 4] === tags.integer;
  return isPair && first > 0 && second > 0 && der[1] === der.length - 2 && der.length === first + second + 6;
}

/** What the key's service answers goes into a document for ever: a DER sequence of two whole numbers, and nothing else. */
function checkedSignature(base64: string): Buffer {
  const signature = Buffer.from(base64, 'base64');
  if (signature.length <= 72 && isPairOfIntegers(signature)) return signature;
  throw new AdapterError('signer.malformed', 'the key answered with something that is no signature', {
    retryable: true,
  });
}
