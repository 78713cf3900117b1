import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { CertificateEngine } from '../../functions/ports/certificate-engine.ts';
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
export function simulatedEngine(faults: FaultSource, call: Caller): CertificateEngine {
  return {
    render: ({ program: _, template: __, ...content }) =>
      call('engine.render', () => {
        if (faults.chance('engine: unprintable', 0.004))
          throw new AdapterError('certificate.unprintable', 'a character that no font has', { retryable: false });
        return { bytes: new TextEncoder().encode(JSON.stringify(content)), engine: 'simulated/1' };
      }),
  };
}

/** Each signature differs from the last, as ECDSA's do. */
export function simulatedSigner(call: Caller): Signer {
  let signed = 0;
  return { sign: () => call('signer.sign', () => ({ keyId: 'simulated', signature: `signature-${++signed}` })) };
}
