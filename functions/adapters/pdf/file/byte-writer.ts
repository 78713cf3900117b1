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
  let length = 0;
  const room = (more: number) => {
    if (length + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (length + more));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    get length() {
      return length;
    },
    latin(text) {
      room(text.length);
      length += buffer.write(text, length, 'latin1');
    },
    utf8(text) {
      room(3 * text.length);
      length += buffer.write(text, length, 'utf8');
    },
    patch(at, text) {
      buffer.write(text, at, 'latin1');
    },
    bytes(bytes) {
      room(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    reset() {
      length = 0;
    },
    take(before) {
      const taken = Buffer.allocUnsafeSlow(before.length + length);
      taken.set(before);
      buffer.copy(taken, before.length, 0, length);
      length = 0;
      // One huge certificate must not cost its room for ever.
      if (buffer.length > 4 * 1024 * 1024) buffer = Buffer.allocUnsafe(256 * 1024);
      return taken;
    },
  };
}
