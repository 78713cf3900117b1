import type { CertificateEngine } from '../ports/certificate-engine.ts';
import type { CertificateSealer } from '../ports/certificate-sealer.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Signer } from '../ports/signer.ts';

export type IssuePorts = {
  store: Pick<
    RecordStore,
    | 'readEnrollment'
    | 'readProgram'
    | 'readProgramVersion'
    | 'readTemplate'
    | 'readFramework'
    | 'readAsset'
    | 'readAllEvidence'
    | 'readCredential'
    | 'readDelivery'
    | 'commit'
  >;
  engine: CertificateEngine;
  sealer: CertificateSealer;
  signer: Signer;
  documents: DocumentStore;
  queue: MessageQueue;
  clock: Clock;
  journal: Journal;
};
