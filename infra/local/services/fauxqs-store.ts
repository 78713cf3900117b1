import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildAppOptions } from 'fauxqs';
import { damaged, isNoDatabase } from '../kept-file.ts';
import { LocalError } from '../local-error.ts';
import { localAccountId } from './loopback.ts';

/** The release that the repairs below are written against. */
const pinnedFauxqsVersion = '2.4.1';

type Stores = NonNullable<BuildAppOptions['stores']>;
type SqsStore = Stores['sqsStore'];
type Queue = ReturnType<SqsStore['createQueue']>;

/** What we use of fauxqs's SQLite persistence, which it does not export. */
interface Persistence {
  db: import('node:sqlite').DatabaseSync;
  loadSqsAndSns(sqs: SqsStore, sns: Stores['snsStore']): void;
  updateMessageReady(messageId: string): void;
  close(): void;
}

/**
 * fauxqs's stores with every queue and message in `dataDir/fauxqs.db`. What a call has acknowledged survives `kill -9`.
 *
 * fauxqs 2.4.1 keeps messages in a file only through `startFauxqs`, which binds every network interface; and its file
 * has two faults that are repaired here: making a message visible again (`ChangeMessageVisibility` 0) fails on a NOT NULL column
 * and loses the message until a restart, and a move to the dead-letter queue is two writes that a crash can part.
 *
 * @throws LocalError `emulator-missing`, `emulator-version`, or `data-damaged` where the file is no database.
 */
export async function openFauxqsStores(dataDir: string, endpoint: string): Promise<{ stores: Stores; close(): void }> {
  const root = fauxqsFolder();
  const { PersistenceManager } = await import(new URL('persistence.js', root).href);
  const { SqsStore } = await import(new URL('sqs/sqsStore.js', root).href);
  const { SnsStore } = await import(new URL('sns/snsStore.js', root).href);
  const { S3Store } = await import(new URL('s3/s3Store.js', root).href);
  const persistence = openPersistence(() => new PersistenceManager(dataDir), join(dataDir, 'fauxqs.db'));
  // A killed process loses nothing by it; only a power cut could take the last messages. Ten times as fast.
  persistence.db.exec('PRAGMA synchronous = NORMAL');
  const makeReady = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => {
    makeReady.run(messageId);
  };

  // The data may have been written while the server listened on another port.
  persistence.db.prepare('UPDATE sqs_queues SET url = ? || name').run(`${endpoint}/${localAccountId}/`);

  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const { sqsStore } = stores;
  // Empty: queue URLs carry the address that the client called, not "sqs.us-east-1.localhost".
  sqsStore.host = '';
  const createQueue = sqsStore.createQueue.bind(sqsStore);
  sqsStore.createQueue = (...queue) => receiveInOneTransaction(createQueue(...queue), persistence);
  persistence.loadSqsAndSns(sqsStore, stores.snsStore);
  Object.assign(sqsStore, { persistence });
  for (const queue of sqsStore.allQueues()) Object.assign(queue, { persistence });
  return { stores, close: () => persistence.close() };
}

function openPersistence(open: () => Persistence, file: string): Persistence {
  try {
    return open();
  } catch (error) {
    throw isNoDatabase(error) ? damaged(file, error) : error;
  }
}

function receiveInOneTransaction(queue: Queue, { db }: Persistence): Queue {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...request) => {
    db.exec('BEGIN');
    try {
      return dequeue(...request);
    } finally {
      // Also after a failure: what it took into memory before that is what the file must say.
      db.exec('COMMIT');
    }
  };
  return queue;
}

function fauxqsFolder(): URL {
  let entry: string;
  try {
    entry = import.meta.resolve('fauxqs');
  } catch (error) {
    throw new LocalError(
      'emulator-missing',
      'fauxqs, the local SQS, is not installed. Run npm ci with development dependencies.',
      {
        cause: error,
      },
    );
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', entry), 'utf8'));
  if (version !== pinnedFauxqsVersion) {
    throw new LocalError(
      'emulator-version',
      `fauxqs is ${version}, and infra/local knows the files of ${pinnedFauxqsVersion} only. Run npm ci, or check fauxqs-store.ts against the new release and change its pin.`,
    );
  }
  return new URL('./', entry);
}
