import { hash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { BundleFile, BundleSink } from '../../ports/bundle-sink.ts';
import { deflater } from './deflater.ts';
import { type Part, partOf } from './part.ts';
import { directoryEnd, directoryHeader, localHeader } from './zip-format.ts';

/** What is compressed already: trying again costs time and gains nothing. A summary is not. */
const incompressible = /^certificates\/.*\.pdf$/;
/** A file that reaches this goes on in another, so that a bundle of any length passes through this much of memory. */
const partBytes = 8 * 1024 * 1024;
/** Files that are compressed or wait for their reader; another one waits until there is room. */
const maxWaiting = 3;

export type ZipSink = {
  sink: BundleSink;
  /** The zip as it is made. Ends when the sink is ended, and is destroyed where writing it has failed. */
  output: Readable;
  /** Gives the zip up: whoever reads `output` is told. */
  fail(error: Error): void;
};

/**
 * A bundle as a zip that is read while it is written: nothing of it lies on a disk, and the sink waits for its reader.
 * What is read no further must be destroyed; the sink then rejects with `bundle.unwritable`. Files are compressed beside
 * the thread that makes them, and are in the zip in the order in which they were closed, with the times of `madeAt`.
 *
 *     const { sink, output } = zipSink(madeAt);
 *     await Promise.all([makeBundle(ports, request, sink, seal), pipeline(output, createWriteStream(file))]);
 */
export function zipSink(madeAt: string, { partSize = partBytes }: { partSize?: number } = {}): ZipSink {
  const output = new PassThrough({ highWaterMark: 1024 * 1024 });
  const closed = once(output, 'close').catch(() => undefined);
  const open = new Map<string, Part>();
  const numbers = new Map<string, number>();
  const spare: Buffer[] = [];
  const done: BundleFile[] = [];
  const directory: Buffer[] = [];
  const waiting: Promise<void>[] = [];
  const date = new Date(madeAt);
  const { deflate, close: closeDeflater } = deflater();
  let offset = 0;
  let last: Promise<void> = Promise.resolve();

  const taken = () => spare.pop() ?? Buffer.allocUnsafeSlow(partSize);
  const giveBack = (buffer: Buffer) => {
    if (spare.length <= maxWaiting) spare.push(buffer);
  };
  const write = async (bytes: Uint8Array) => {
    offset += bytes.length;
    if (output.destroyed) throw unwritable(output.errored);
    if (!output.write(bytes)) await Promise.race([once(output, 'drain').catch(() => undefined), closed]);
  };
  const put = async (path: string, content: Uint8Array, release: () => void) => {
    const compressed = !incompressible.test(path);
    const packing = compressed ? deflate(content) : Promise.resolve(content);
    const entry = { path, compressed, crc32: crc32(content), unpackedSize: content.length };
    done.push({ path, bytes: content.length, sha256: hash('sha256', content) });
    const before = last;
    last = (async () => {
      const [packed] = await Promise.all([packing, before]);
      const sized = { ...entry, size: packed.length };
      directory.push(directoryHeader(sized, date, offset));
      await write(localHeader(sized, date));
      await write(packed);
      release();
    })();
    // Told to whoever adds the next file, or closes the bundle.
    last.catch(() => undefined);
    waiting.push(last);
    if (waiting.length > maxWaiting) await waiting.shift();
  };
  const close = async (path: string, part: Part) => {
    open.delete(path);
    const content = part.content();
    await put(part.name, content, () => giveBack(part.buffer));
  };
  const next = (path: string, head: string) => {
    const number = (numbers.get(path) ?? 0) + 1;
    numbers.set(path, number);
    const part = partOf(nameOf(path, number), taken());
    part.add(head);
    open.set(path, part);
    return part;
  };
  const sink: BundleSink = {
    async append(path, content, head = '') {
      const part = open.get(path) ?? next(path, head);
      if (part.add(content)) return;
      await close(path, part);
      if (!next(path, head).add(content)) throw new RangeError(`${path}: one text is larger than a file may be`);
    },
    async put(path, content) {
      // What goes into the zip as it is waits there for its reader: its memory is not ours to write again.
      const isOurs = content.length <= partSize && !incompressible.test(path);
      const buffer = isOurs ? taken() : Buffer.allocUnsafeSlow(content.length);
      buffer.set(content);
      await put(path, buffer.subarray(0, content.length), () => isOurs && giveBack(buffer));
    },
    async files() {
      for (const [path, part] of open) await close(path, part);
      await last;
      return done.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
    async end() {
      await sink.files();
      const at = { entries: directory.length, size: directory.reduce((sum, each) => sum + each.length, 0), offset };
      for (const header of directory) await write(header);
      await write(directoryEnd(at));
      closeDeflater();
      output.end();
    },
  };
  const fail = (error: Error) => {
    output.destroy(error);
    closeDeflater();
  };
  return { sink, output, fail };
}

/** `ledger.csv`, then `ledger-2.csv`. */
function nameOf(path: string, number: number): string {
  return number === 1 ? path : path.replace(/(\.[a-z]+)?$/, `-${number}$1`);
}

function unwritable(cause: unknown): AdapterError {
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? 'its reader went away';
  return new AdapterError('bundle.unwritable', `the bundle cannot be written (${code})`, { retryable: false, cause });
}
