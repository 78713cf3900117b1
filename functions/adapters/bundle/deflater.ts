import { constants, createDeflateRaw } from 'node:zlib';

/** A fraction of the work of zlib's own choice, for some tenths more of the size. */
const level = 1;
/** What one content becomes waits in the stream until it is taken whole; nobody reads it meanwhile. */
const unread = { readableHighWaterMark: 1024 * 1024 * 1024 };

/**
 * Deflates contents beside this thread, one after another, by one stream: a new one for each would take and give back
 * half a megabyte for each of many thousand files.
 */
export function deflater(): { deflate(content: Uint8Array): Promise<Buffer>; close(): void } {
  const stream = createDeflateRaw({ level, chunkSize: 256 * 1024, ...unread });
  let last: Promise<unknown> = Promise.resolve();
  const one = (content: Uint8Array) =>
    new Promise<Buffer>((done, failed) => {
      stream.once('error', failed);
      stream.write(content);
      stream.flush(constants.Z_FINISH, () => {
        stream.off('error', failed);
        if (stream.destroyed) return failed(new Error('the deflater is closed'));
        stream.reset();
        done(stream.read() ?? Buffer.alloc(0));
      });
    });
  return {
    deflate(content) {
      const deflated = last.then(() => one(content));
      last = deflated.catch(() => undefined);
      return deflated;
    },
    // What is under way ends first.
    close: () => void last.then(() => stream.close()),
  };
}
