/** One file of a zip in the making, in a buffer of its own. */
export type Part = {
  name: string;
  buffer: Buffer;
  /** False: there is no room for the text, and it was not added. Bytes are text in UTF-8. */
  add(text: string | Uint8Array): boolean;
  content(): Uint8Array;
};

/** Lines that wait to be encoded together: one by one costs more than making them. In UTF-16 units. */
const chunkLength = 16 * 1024;
/** Of a UTF-16 unit in UTF-8, at most. */
const widest = 3;

export function partOf(name: string, buffer: Buffer): Part {
  let length = 0;
  let waiting: string[] = [];
  let waitingLength = 0;
  const encode = () => {
    if (waitingLength === 0) return;
    length += buffer.write(waiting.join(''), length);
    waiting = [];
    waitingLength = 0;
  };
  return {
    name,
    buffer,
    add(text) {
      if (typeof text !== 'string') {
        encode();
        if (length + text.length > buffer.length) return false;
        buffer.set(text, length);
        length += text.length;
        return true;
      }
      if (length + widest * (waitingLength + text.length) > buffer.length) encode();
      if (length + widest * text.length > buffer.length) return false;
      if (waitingLength === 0 && text.length >= chunkLength) {
        length += buffer.write(text, length);
        return true;
      }
      waiting.push(text);
      waitingLength += text.length;
      if (waitingLength >= chunkLength) encode();
      return true;
    },
    content() {
      encode();
      return buffer.subarray(0, length);
    },
  };
}
