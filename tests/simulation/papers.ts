import { imageHashes } from '../../functions/domain/branding.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { CertificateEngine, RenderedCertificate } from '../../functions/ports/certificate-engine.ts';
import type { CertificateSealer } from '../../functions/ports/certificate-sealer.ts';
import type { DocumentStore } from '../../functions/ports/document-store.ts';
import type { Signer } from '../../functions/ports/signer.ts';
import type { FaultSource } from './faults.ts';
import type { Caller } from './store-port.ts';

/** Stored documents: a key holds one content for ever; what was never kept would be cleaned up. */
export type SimulatedDocuments = Map<string, { bytes: Uint8Array; keptUntil?: string }>;

export function simulatedDocuments(documents: SimulatedDocuments, call: Caller): DocumentStore {
  return {
    put: (key, bytes) =>
      call('documents.put', () => {
        if (documents.has(key)) return 'exists';
        documents.set(key, { bytes });
        return 'stored';
      }),
    get: (key) => call('documents.get', () => documents.get(key)?.bytes),
    keep: (key, retainUntil) =>
      call('documents.keep', () => {
        const stored = documents.get(key);
        if (!stored) throw new AdapterError('document.unknown', 'there is no such document', { retryable: false });
        stored.keptUntil = retainUntil;
      }),
  };
}

/** Equal content gives equal bytes. Now and then it meets what it cannot print, which no retry mends. */
export function simulatedEngine(faults: FaultSource, call: Caller, unprintable: number): CertificateEngine {
  return {
    render: ({ program, template: _, images, ...content }) =>
      call('engine.render', () => {
        const pictures = imageHashes(program);
        if (pictures.some((hash) => !images.has(hash)))
          throw new AdapterError('certificate.picture', 'a picture that nobody has read', { retryable: false });
        if (faults.chance('engine: unprintable', unprintable))
          throw new AdapterError('certificate.unprintable', 'a character that no font has', { retryable: false });
        return unsignedPaper({ ...content, pictures }, 'simulated/1');
      }),
  };
}

/** A document with an empty place for its signature at the end. */
export function unsignedPaper(content: object, engine: string): RenderedCertificate {
  const text = JSON.stringify(content);
  const slot = { start: Buffer.byteLength(text), length: slotLength };
  return { bytes: Buffer.from(`${text}<${'0'.repeat(slotLength)}>`), engine, slot };
}

const slotLength = 8;

/** Each seal differs from the last, as real ones do, and holds what it was put on. */
export function simulatedSealer(call: Caller): CertificateSealer {
  let sealed = 0;
  return {
    seal: ({ bytes, slot }) =>
      call('sealer.seal', () => {
        const signed = Buffer.from(bytes);
        signed.write(String(++sealed).padStart(slot.length, '5'), slot.start + 1);
        return { bytes: signed, hash: sha256(signed), unsignedHash: sha256(bytes), keyId: 'simulated' };
      }),
    isSealOf: (stored, unsignedHash) =>
      call('sealer.isSealOf', () => {
        const unsigned = Buffer.from(stored);
        unsigned.fill('0', unsigned.length - 1 - slotLength, unsigned.length - 1);
        return sha256(unsigned) === unsignedHash;
      }),
  };
}

/** Each signature differs from the last, as ECDSA's do. */
export function simulatedSigner(call: Caller): Signer {
  let signed = 0;
  return {
    sign: () => call('signer.sign', () => ({ keyId: 'simulated', signature: `signature-${++signed}` })),
    publicKey: () => call('signer.publicKey', () => new Uint8Array()),
  };
}
