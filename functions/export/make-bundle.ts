import type { ExportRequest } from '../domain/export-request.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';
import type { ExportPorts } from './export-ports.ts';
import { exportRecords } from './export-records.ts';
import type { Exported } from './open-bundle.ts';
import { type Seal, sealBundle } from './seal-bundle.ts';

/**
 * Makes a whole bundle: the records up to the last checkpoint, sealed for a stranger to check. It is written while it is
 * read: whoever makes one lets its reader know where it fails.
 */
export async function makeBundle(
  ports: ExportPorts,
  request: ExportRequest,
  sink: BundleSink,
  seal: Omit<Seal, 'signer'>,
  onProgress?: (done: number, of: number) => void,
): Promise<Exported> {
  const exported = await exportRecords(ports, request, sink, onProgress);
  await sealBundle(sink, request, exported.checkpoint, exported.counts, { ...seal, signer: ports.signer });
  return exported;
}
