import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../functions/cli/make-folder.ts';
import { isNoDatabase } from './kept-file.ts';
import { LocalError } from './local-error.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes a lock that one process at a time can hold; undefined while another holds it. The system itself lets go of it when
 * the process ends, by `kill -9` too, so that none is ever stale: it is SQLite's own lock on the file.
 *
 * @throws LocalError `data-damaged` where the file is none that we made.
 */
export function tryLock(file: string): Lock | undefined {
  makeFolder(dirname(file));
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    held.add(database);
    const release = () => {
      held.delete(database);
      database.close();
    };
    return { release };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    if (!isNoDatabase(error)) throw error;
    const remedy = 'Delete it, once nothing runs on that folder: it holds nothing else.';
    throw new LocalError('data-damaged', `${file} is not the lock that a stack makes. ${remedy}`, { cause: error });
  }
}

/** A database that nothing refers to is closed by the collector, and its lock goes with it, while the process runs on. */
const held = new Set<DatabaseSync>();

const sqliteBusy = 5;
