import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, open, type ZipFile } from 'yauzl';

/** Unpacks a zip into a folder, as an auditor would. */
export async function unzip(file: string, folder: string): Promise<void> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    open(file, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) =>
      unpack(zip, entry, join(folder, entry.fileName)).then(() => zip.readEntry(), reject),
    );
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
}

async function unpack(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  await new Promise<void>((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) =>
      error ? reject(error) : pipeline(stream, createWriteStream(target)).then(resolve, reject),
    ),
  );
}
