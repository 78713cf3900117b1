import type { AccessLog } from '../ports/access-log.ts';
import type { ChapterWriter } from '../ports/chapter-writer.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Signer } from '../ports/signer.ts';

export type ExportPorts = {
  store: Pick<RecordStore, 'readRecord' | 'readAllEvidence' | 'readProgram' | 'readProgramVersion' | 'readFramework'>;
  access: AccessLog;
  checkpoints: CheckpointStore;
  documents: Pick<DocumentStore, 'get'>;
  /** The ledger's key: it signs checkpoints and the manifests of bundles. */
  signer: Signer;
  clock: Clock;
  chapters: ChapterWriter;
};
