/** Bytes in the making, in one buffer that is used again for every certificate. */
export type ByteWriter = {
  readonly length: number;
  /** Text of one byte a character. */
  latin(text: string): void;
  utf8(text: string): void;
  /** Overwrites what stands at `at`, as long as `text` is. */
  patch(at: number, text: string): void;
  bytes(bytes: Uint8Array): void;
  /** A copy of what was written, behind other bytes; the writer starts anew. */
  take(before: Uint8Array): Uint8Array;
  reset(): void;
};

export function byteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(256 * 1024);
  /** Of what is in the buffer; `pending` comes behind it. */
  let written = 0;
  // Many short texts are written in one go, which costs hardly more than one of them.
  let pending = '';
  const flush = () => {
    if (pending === '') return;
    room(pending.length);
    written += buffer.write(pending, written, 'latin1');
    pending = '';
  };
  const room = (more: number) => {
    if (written + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (written + more));
    buffer.copy(larger, 0, 0, written);
    buffer = larger;
  };
  return {
    get length() {
      return written + pending.length;
    },
    latin(text) {
      pending += text;
    },
    utf8(text) {
      flush();
      room(3 * text.length);
      written += buffer.write(text, written, 'utf8');
    },
    patch(at, text) {
      flush();
      buffer.write(text, at, 'latin1');
    },
    bytes(bytes) {
      flush();
      room(bytes.length);
      buffer.set(bytes, written);
      written += bytes.length;
    },
    reset() {
      written = 0;
      pending = '';
    },
    take(before) {
      flush();
      const taken = Buffer.allocUnsafeSlow(before.length + written);
      taken.set(before);
      taken.set(buffer.subarray(0, written), before.length);
      written = 0;
      // One huge certificate must not cost its room for ever.
      if (buffer.length > 4 * 1024 * 1024) buffer = Buffer.allocUnsafe(256 * 1024);
      return taken;
    },
  };
}
