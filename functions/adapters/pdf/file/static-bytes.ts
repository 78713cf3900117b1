import { deflated } from './deflated.ts';
import type { RawObject } from './font-objects.ts';

/** What every certificate begins with, and where its objects are. */
export type StaticBytes = {
  bytes: Uint8Array;
  /** Their entries in the cross-reference stream, in ascending order of object number. */
  entries: Uint8Array;
};

/** Widths of the fields of a cross-reference entry: type, offset or object stream, generation or index. */
export const entryWidths = [1, 3, 1] as const;
export const entryLength = 5;

/** As many as an index of one byte tells apart. */
const objectsPerStream = 250;

/**
 * Serialises objects that all certificates share: streams one by one, everything else compressed in object streams
 * (ISO 32000-1, 7.5.7).
 *
 * @param objects with consecutive numbers from `first` on
 * @param allot numbers for the object streams, after those of `objects`
 */
export function staticBytes(objects: RawObject[], first: number, allot: () => number): StaticBytes {
  const parts: Uint8Array[] = [Buffer.from(header, 'latin1')];
  let length = header.length;
  const places = new Map<number, [type: number, where: number, index: number]>();
  const add = ({ number, body, bytes = new Uint8Array() }: RawObject) => {
    places.set(number, [1, length, 0]);
    const open = `${number} 0 obj\n${body}/Length ${bytes.length}>>stream\n`;
    parts.push(Buffer.from(open, 'latin1'), bytes, streamEnd);
    length += open.length + bytes.length + streamEnd.length;
  };
  for (const object of objects) if (object.bytes) add(object);
  const plain = objects.filter(({ bytes }) => !bytes);
  for (let at = 0; at < plain.length; at += objectsPerStream) {
    const number = allot();
    const group = plain.slice(at, at + objectsPerStream);
    for (const [index, object] of group.entries()) places.set(object.number, [2, number, index]);
    add(objectStream(number, group));
  }
  const entries = Buffer.alloc(entryLength * places.size);
  for (const [number, [type, where, index]] of places)
    writeEntry(entries, entryLength * (number - first), type, where, index);
  return { bytes: Buffer.concat(parts, length), entries };
}

/** The version, and bytes above 127 so that no tool takes the file for text. */
const header = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n';
const streamEnd = Buffer.from('\nendstream\nendobj\n', 'latin1');

export function writeEntry(into: Uint8Array, at: number, type: number, where: number, index: number): void {
  into[at] = type;
  into[at + 1] = where >> 16;
  into[at + 2] = where >> 8;
  into[at + 3] = where;
  into[at + 4] = index;
}

function objectStream(number: number, objects: RawObject[]): RawObject {
  let index = '';
  let bodies = '';
  for (const object of objects) {
    index += `${object.number} ${bodies.length} `;
    bodies += `${object.body}\n`;
  }
  const content = Buffer.from(index + bodies, 'latin1');
  return {
    number,
    body: `<</Type/ObjStm/N ${objects.length}/First ${index.length}/Filter/FlateDecode`,
    bytes: deflated(content),
  };
}

/** A stream object with compressed bytes. */
export function compressed(number: number, content: Uint8Array, entries = ''): RawObject {
  return { number, body: `<<${entries}/Filter/FlateDecode`, bytes: deflated(content) };
}
