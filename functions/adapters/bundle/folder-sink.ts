import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { BundleFile, BundleSink } from '../../ports/bundle-sink.ts';

type Open = { stream: WriteStream; hash: Hash; bytes: number; failed?: Error };

/** Writes a bundle's files into a folder, which must be empty or absent. */
export function folderSink(folder: string): BundleSink {
  const open = new Map<string, Open>();
  const done: BundleFile[] = [];

  const close = async (path: string, { stream, hash, bytes }: Open) => {
    stream.end();
    await finished(stream).catch((error: unknown) => {
      throw unwritable(folder, error);
    });
    open.delete(path);
    done.push({ path, bytes, sha256: hash.digest('hex') });
  };
  return {
    async append(path, content) {
      const file = open.get(path) ?? start(folder, path, open);
      if (file.failed) throw unwritable(folder, file.failed);
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      file.hash.update(bytes);
      file.bytes += bytes.length;
      if (!file.stream.write(bytes)) {
        await Promise.race([once(file.stream, 'drain'), finished(file.stream)]).catch((error: unknown) => {
          throw unwritable(folder, error);
        });
      }
      // A document is written once and whole: thousands of them must not stay open.
      if (typeof content !== 'string') await close(path, file);
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
  const file: Open = {
    stream: createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    hash: createHash('sha256'),
    bytes: 0,
  };
  file.stream.on('error', (error) => {
    file.failed = error;
  });
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
