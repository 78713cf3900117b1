import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BundleZip } from '../../ports/bundle-zip.ts';
import { folderSink } from './folder-sink.ts';
import { zipFolder } from './zip-folder.ts';

/** A bundle written into a folder of its own, and read from there as a zip once it is sealed. */
export function zipThroughFolder(madeAt: string): BundleZip & { end(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const sink = folderSink(join(folder, 'files'));
  const output = new PassThrough();
  once(output, 'close')
    .catch(() => undefined)
    .finally(() => rmSync(folder, { recursive: true, force: true }));
  output.on('error', () => undefined);
  return {
    sink,
    output,
    fail: (error) => output.destroy(error),
    end: async () => pipeline(zipFolder(join(folder, 'files'), await sink.files(), madeAt), output),
  };
}
