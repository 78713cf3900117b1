import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { damaged, isNoDatabase } from '../kept-file.ts';
import { pinnedDynoxideVersion } from './dynoxide-binary.ts';

/** Dynoxide waits this long for our locks (measured: it queues behind one of 1.5 s), and we as long for its. */
const busyTimeoutMs = 5_000;

/** Rows of one delete. A few milliseconds of write lock, so that a put hardly notices. */
const trimBatch = 500;

/** @throws LocalError `data-damaged` where there is a file that is no database. Dynoxide would only say that it ended. */
export function requireDatabase(path: string): void {
  if (!existsSync(path)) return;
  try {
    withDatabase(path, (database) => database.prepare('PRAGMA schema_version').get());
  } catch (error) {
    throw isNoDatabase(error) ? damaged(path, error) : error;
  }
}

/**
 * Indexes the stream records by table and sequence number. Dynoxide computes `MAX(CAST(sequence_number AS INTEGER))`
 * at each write and compares the same expression at each GetRecords; without the index both read the whole stream.
 *
 * @returns false, having done nothing, for a version whose file we do not know
 */
export function indexStreamRecords(path: string, version: string): boolean {
  if (version !== pinnedDynoxideVersion) return false;
  return withDatabase(path, (database) => {
    database.exec(
      'CREATE INDEX IF NOT EXISTS journeypaper_stream_records ON _stream_records(table_name, CAST(sequence_number AS INTEGER))',
    );
    return true;
  });
}

/**
 * Removes stream records older than an instant, oldest first, but never a table's newest: the next sequence number is
 * the highest present plus one, so a stream trimmed empty would number from 1 again and every reader would miss what follows.
 *
 * @param before seconds since 1970
 * @returns how many records it removed; 0 for a version whose file we do not know
 */
export async function trimStreamRecords(path: string, version: string, before: number): Promise<number> {
  if (version !== pinnedDynoxideVersion) return 0;
  let removed = 0;
  for (;;) {
    const batch = withDatabase(path, (database) => trimOnce(database, before));
    removed += batch;
    if (batch === 0) return removed;
    await setImmediate();
  }
}

function trimOnce(database: DatabaseSync, before: number): number {
  const tables = database.prepare('SELECT DISTINCT table_name AS name FROM _stream_records').all();
  const remove = database.prepare(
    `DELETE FROM _stream_records WHERE created_at < ? AND id IN (
       SELECT id FROM _stream_records WHERE table_name = ? ORDER BY CAST(sequence_number AS INTEGER) LIMIT ${trimBatch}
     ) AND CAST(sequence_number AS INTEGER) < (
       SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?)`,
  );
  let removed = 0;
  for (const { name } of tables) {
    if (typeof name === 'string') removed += Number(remove.run(before, name, name).changes);
  }
  return removed;
}

function withDatabase<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    return use(database);
  } finally {
    database.close();
  }
}
