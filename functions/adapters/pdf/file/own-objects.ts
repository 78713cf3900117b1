import type { ByteWriter } from './byte-writer.ts';
import { entryLength, entryWidths, type StaticBytes, writeEntry } from './static-bytes.ts';

/** What one document adds to the bytes that it shares with others: its own objects, and the cross-reference stream over all. */
export type OwnObjects = {
  /** How many bytes the document has so far. */
  readonly length: number;
  /** Writes where the object of this number begins: here. */
  open(object: number): void;
  object(object: number, body: string): void;
  /** `dictionary` lacks its length and its end. */
  stream(object: number, dictionary: string, content: string | Uint8Array): void;
  /** A stream of Unicode text, whose length is known when it is written. */
  unicode(object: number, dictionary: string, texts: readonly (string | Uint8Array)[]): void;
  /** The cross-reference stream for a place at or behind the end; `write` writes it there, the last thing of all. */
  crossReference(at: number, trailer: string): { length: number; write(): void };
  /** The whole document. */
  take(): Uint8Array;
};

/**
 * @param shared its objects have the numbers after the first `ownFirst` ones, which are the document's own
 * @param more numbers after the shared ones that are the document's own too; one behind them is the cross-reference stream's
 */
export function ownObjects(shared: StaticBytes, ownFirst: number, more: number, out: ByteWriter): OwnObjects {
  const xref = 1 + ownFirst + shared.entries.length / entryLength + more;
  const size = xref + 1;
  const entries = emptyEntries(entryLength * size);
  writeEntry(entries, 0, 0, 0, 255);
  entries.set(shared.entries, entryLength * (1 + ownFirst));
  const before = shared.bytes.length;
  const open = (object: number) => {
    writeEntry(entries, entryLength * object, 1, before + out.length, 0);
  };
  return {
    get length() {
      return before + out.length;
    },
    open,
    object(object, body) {
      open(object);
      out.latin(`${object} 0 obj\n${body}\nendobj\n`);
    },
    stream(object, dictionary, content) {
      open(object);
      out.latin(`${object} 0 obj\n${dictionary}/Length ${content.length}>>stream\n`);
      if (typeof content === 'string') out.latin(content);
      else out.bytes(content);
      out.latin('\nendstream\nendobj\n');
    },
    unicode(object, dictionary, texts) {
      open(object);
      out.latin(`${object} 0 obj\n${dictionary}/Length `);
      const lengthAt = out.length;
      out.latin(`${blank}>>stream\n`);
      const start = out.length;
      for (const text of texts) {
        if (typeof text === 'string') out.utf8(text);
        else out.bytes(text);
      }
      out.patch(lengthAt, String(out.length - start));
      out.latin('\nendstream\nendobj\n');
    },
    crossReference(at, trailer) {
      writeEntry(entries, entryLength * xref, 1, at, 0);
      const head = `${xref} 0 obj\n<</Type/XRef/Size ${size}/W[${entryWidths.join(' ')}]${trailer}/Length ${entries.length}>>stream\n`;
      const end = `\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`;
      return {
        length: head.length + entries.length + end.length,
        write() {
          out.latin(head);
          out.bytes(entries);
          out.latin(end);
        },
      };
    },
    take: () => out.take(shared.bytes),
  };
}

/** Used again for every document, as the writer's bytes are: one is made at a time. */
let table = new Uint8Array(4096);

function emptyEntries(length: number): Uint8Array {
  if (table.length < length) table = new Uint8Array(2 * length);
  return table.subarray(0, length).fill(0);
}

/** Room for a length of up to ten digits. */
const blank = ' '.repeat(10);
