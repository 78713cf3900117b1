/** ASN.1 in its distinguished encoding (X.690): as much as signatures and certificates need. */
export type Der = Buffer;

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[number]`, constructed, as in `[0] IMPLICIT SET OF` (the content of the set) or `[0] EXPLICIT` (a whole element). */
export const contextTag = (number: number) => 0xa0 | number;

export function element(tag: number, ...content: readonly Uint8Array[]): Der {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([header(tag, length), ...content]);
}

function header(tag: number, length: number): Der {
  if (length < 0x80) return Buffer.of(tag, length);
  if (length < 0x100) return Buffer.of(tag, 0x81, length);
  if (length < 0x10000) return Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

export const sequence = (...content: readonly Uint8Array[]) => element(tags.sequence, ...content);

/** The elements in the order of their encodings, which is the one order that DER allows. */
export const setOf = (...content: readonly Uint8Array[]) => element(tags.set, ...inOrder(content));

export function inOrder(elements: readonly Uint8Array[]): Uint8Array[] {
  return [...elements].sort(Buffer.compare);
}

export const octets = (content: Uint8Array) => element(tags.octetString, content);

/** A bit string whose last byte leaves `unused` bits out. */
export const bits = (content: Uint8Array, unused = 0) => element(tags.bitString, Buffer.of(unused), content);

export const text = (content: string) => element(tags.utf8String, Buffer.from(content));

/** A whole number that is not negative, given as its big-endian bytes. */
export function integer(magnitude: Uint8Array | number): Der {
  const given = typeof magnitude === 'number' ? Buffer.of(magnitude) : magnitude;
  const firstByte = given.findIndex((byte) => byte !== 0);
  const short = firstByte < 0 ? Buffer.of(0) : given.subarray(firstByte);
  // A leading bit would make it negative.
  return (short[0] ?? 0) >= 0x80 ? element(tags.integer, Buffer.of(0), short) : element(tags.integer, short);
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tags.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const groups = [arc & 0x7f];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

/** One element as read: `whole` is its encoding, `content` what its length spans. */
export type DerElement = { tag: number; whole: Der; content: Der };

/** Thrown for bytes that are no DER, or that end too soon. */
export class NotDer extends Error {
  override readonly name = 'NotDer';
}

/** The element that begins at `offset`; what follows it is not looked at. */
export function readElement(bytes: Uint8Array, offset = 0): DerElement {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view[offset + 1];
  const tag = view[offset];
  if (tag === undefined || first === undefined) throw new NotDer('ends within a header');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) throw new NotDer('a length that DER does not have');
  if (offset + 2 + lengthBytes > view.length) throw new NotDer('ends within a header');
  const length = lengthBytes === 0 ? first : view.readUIntBE(offset + 2, lengthBytes);
  const start = offset + 2 + lengthBytes;
  if (start + length > view.length) throw new NotDer('ends within an element');
  return { tag, whole: view.subarray(offset, start + length), content: view.subarray(start, start + length) };
}

/** The elements within one. */
export function childrenOf({ content }: Pick<DerElement, 'content'>): DerElement[] {
  const children: DerElement[] = [];
  for (let offset = 0; offset < content.length; ) {
    const child = readElement(content, offset);
    children.push(child);
    offset += child.whole.length;
  }
  return children;
}

/** The children of an element that must have this tag. */
export function contentOf(given: DerElement | undefined, tag: number): DerElement[] {
  if (given?.tag !== tag) throw new NotDer('another element was expected');
  return childrenOf(given);
}
