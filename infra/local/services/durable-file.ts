import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

let counter = 0;

/**
 * Writes a file whole or not at all, and so that it survives a crash of the machine: into a temporary name, synced,
 * renamed, and the folder synced. A reader sees the old content or the new one.
 *
 * @param mode permission bits of the file, 0600 for secrets
 */
export async function writeDurably(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  mode = 0o644,
): Promise<void> {
  counter += 1;
  const temporary = `${path}.${process.pid}.${counter}.tmp`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // On a full disk what was half written is what others lack.
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the folder, and removes what a crash left half-written in it. */
export async function openFolder(path: string): Promise<string[]> {
  await mkdir(path, { recursive: true });
  const names = await readdir(path);
  const leftovers = names.filter((name) => name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(path, name), { force: true })));
  return names.filter((name) => !name.endsWith('.tmp')).sort();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
