import { createWriteStream, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdapterError } from '../../ports/adapter-error.ts';

/**
 * Writes a zip as it is made into a file that must not be there yet, readable by its owner alone. Half a zip is none:
 * where it fails, the file is gone.
 *
 * @throws AdapterError `bundle.unwritable`, never retryable
 */
export async function saveZip(output: Readable, out: string): Promise<void> {
  try {
    await pipeline(output, createWriteStream(out, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') rmSync(out, { force: true });
    if (cause instanceof AdapterError) throw cause;
    const why = code === 'EEXIST' ? 'it exists already; give another name' : (code ?? 'unknown');
    throw new AdapterError('bundle.unwritable', `${out} cannot be written: ${why}`, { retryable: false, cause });
  }
}
