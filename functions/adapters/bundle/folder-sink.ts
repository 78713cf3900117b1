import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { BundleFile, BundleSink } from '../../ports/bundle-sink.ts';

type Open = {
  stream: WriteStream;
  hash: Hash;
  bytes: number;
  /** Lines that wait to be written together. */
  waiting: string[];
  waitingLength: number;
  /** Settles when the stream has ended, one way or the other; one for the file, since each one listens. */
  ended: Promise<Error | undefined>;
  failed?: Error;
};

/** Hashing and writing line by line costs more than making the lines. In UTF-16 units. */
const chunkLength = 64 * 1024;

/** Writes a bundle's files into a folder, which must be empty or absent. */
export function folderSink(folder: string): BundleSink {
  const open = new Map<string, Open>();
  const done: BundleFile[] = [];

  const write = async (file: Open, bytes: Uint8Array) => {
    file.hash.update(bytes);
    file.bytes += bytes.length;
    if (!file.stream.write(bytes)) await Promise.race([once(file.stream, 'drain'), file.ended]).catch(() => undefined);
    if (file.failed) throw unwritable(folder, file.failed);
  };
  const flush = async (file: Open) => {
    if (file.waiting.length === 0) return;
    const bytes = Buffer.from(file.waiting.join(''));
    file.waiting = [];
    file.waitingLength = 0;
    await write(file, bytes);
  };
  const close = async (path: string, file: Open) => {
    await flush(file);
    file.stream.end();
    const failed = await file.ended;
    if (failed) throw unwritable(folder, failed);
    open.delete(path);
    done.push({ path, bytes: file.bytes, sha256: file.hash.digest('hex') });
  };
  return {
    async append(path, content) {
      const file = open.get(path) ?? start(folder, path, open);
      if (file.failed) throw unwritable(folder, file.failed);
      if (typeof content === 'string') {
        file.waiting.push(content);
        file.waitingLength += content.length;
        if (file.waitingLength >= chunkLength) await flush(file);
        return;
      }
      await write(file, content);
      // A document is written once and whole: thousands of them must not stay open.
      await close(path, file);
    },
    async files() {
      for (const [path, file] of open) await close(path, file);
      return done.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

function start(folder: string, path: string, open: Map<string, Open>): Open {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const stream = createWriteStream(target, { flags: 'wx', mode: 0o600 });
  const ended = finished(stream).then(
    () => undefined,
    (error: Error) => {
      file.failed = error;
      return error;
    },
  );
  const file: Open = { stream, hash: createHash('sha256'), bytes: 0, waiting: [], waitingLength: 0, ended };
  open.set(path, file);
  return file;
}

function unwritable(folder: string, cause: unknown): AdapterError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new AdapterError('bundle.unwritable', `the bundle cannot be written to ${folder} (${code})`, {
    retryable: false,
    cause,
  });
}
