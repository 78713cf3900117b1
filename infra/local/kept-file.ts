import { readFile } from 'node:fs/promises';
import { LocalError } from './local-error.ts';

/**
 * What a file of a data folder holds, as `read` understands it.
 *
 * @throws LocalError `data-damaged` where it holds something else; the system's own error where there is no file.
 * @example await readKept(file, (text) => schema.parse(JSON.parse(text)))
 */
export async function readKept<T>(file: string, read: (text: string) => T): Promise<T> {
  const text = await readFile(file, 'utf8');
  try {
    return read(text);
  } catch (error) {
    throw damaged(file, error);
  }
}

/** Never mended by itself: what was signed, sent or stored with it would be worth nothing, or be lost unsaid. */
export function damaged(file: string, cause: unknown): LocalError {
  return new LocalError(
    'data-damaged',
    `${file} does not hold what was kept in it. Restore it from a backup of the folder, or start with --fresh, which forgets everything there: records, certificates, mail and keys.`,
    { cause },
  );
}

/** Of SQLite: what it opened is no file of its own, or one that was overwritten. */
export function isNoDatabase(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number };
  return errcode === sqliteCorrupt || errcode === sqliteNotADatabase;
}

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;
