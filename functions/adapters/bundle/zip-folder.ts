import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { BundleFile } from '../../ports/bundle-sink.ts';

/** What is compressed already: trying again costs time and gains nothing. */
const incompressible = /\.pdf$/;
/** A fraction of the work of zlib's own choice, for some tenths more of the size. */
const compressionLevel = 1;

/**
 * A folder's files as a zip, read one after another as the zip is read. Times within it are those of `madeAt`, and
 * files are readable by their owner alone.
 */
export function zipFolder(folder: string, files: readonly Pick<BundleFile, 'path'>[], madeAt: string): Readable {
  const zip = new yazl.ZipFile();
  for (const { path } of files)
    zip.addFile(join(folder, path), path, {
      mtime: new Date(madeAt),
      mode: 0o100600,
      compress: !incompressible.test(path),
      compressionLevel: incompressible.test(path) ? 0 : compressionLevel,
    });
  zip.end();
  return zip.outputStream as Readable;
}

/** Writes a folder's files as a zip that must not be there yet. */
export async function writeZip(
  folder: string,
  files: readonly Pick<BundleFile, 'path'>[],
  madeAt: string,
  out: string,
): Promise<void> {
  await writeNew(out, (file) => pipeline(zipFolder(folder, files, madeAt), file));
}

async function writeNew(out: string, write: (file: Writable) => Promise<void>): Promise<void> {
  try {
    await write(createWriteStream(out, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Half a zip is none.
    if (code !== 'EEXIST') rmSync(out, { force: true });
    const why = code === 'EEXIST' ? 'it exists already; give another name' : (code ?? 'unknown');
    throw new AdapterError('bundle.unwritable', `${out} cannot be written: ${why}`, { retryable: false, cause });
  }
}
