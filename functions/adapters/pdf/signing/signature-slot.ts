import { createHash, type Hash } from 'node:crypto';
import type { SignatureSlot } from '../../../ports/certificate-engine.ts';

const zero = 0x30;
const opening = 0x3c;
const closing = 0x3e;

/** The end of a slot: the place behind its `>`. */
export const slotEnd = ({ start, length }: SignatureSlot) => start + 1 + length + 1;

/** Does a slot stand there, between its brackets? */
export function isSlot(bytes: Uint8Array, slot: SignatureSlot): boolean {
  const end = slotEnd(slot);
  return end <= bytes.length && bytes[slot.start] === opening && bytes[end - 1] === closing && slot.length % 2 === 0;
}

/** The three hashes that a signed file has, which differ only in what stands in the slot. */
export type SlotHashes = {
  /** Without the slot: what is signed. */
  signedRange: Buffer;
  /** With the slot all zeros. */
  unsigned: string;
  /** With the slot as it is filled; may be asked for once. */
  filled(bytes: Uint8Array): string;
};

/** What comes before the slot is most of a file and is read once for all three. */
export function slotHashes(bytes: Uint8Array, slot: SignatureSlot): SlotHashes {
  const end = slotEnd(slot);
  const before = createHash('sha256').update(bytes.subarray(0, slot.start));
  const after = bytes.subarray(end);
  const rest = (hash: Hash, middle?: Uint8Array) => (middle ? hash.update(middle) : hash).update(after);
  return {
    signedRange: rest(before.copy()).digest(),
    unsigned: rest(before.copy(), emptySlot(slot.length)).digest('hex'),
    filled: (filled) => before.update(filled.subarray(slot.start)).digest('hex'),
  };
}

const emptySlots = new Map<number, Buffer>();

function emptySlot(length: number): Buffer {
  let empty = emptySlots.get(length);
  if (!empty) {
    empty = Buffer.alloc(length + 2, zero);
    empty[0] = opening;
    empty[length + 1] = closing;
    // A program or two have a length of their own; more would be a leak.
    if (emptySlots.size < 64) emptySlots.set(length, empty);
  }
  return empty;
}

/** Writes the signature into its slot, as hexadecimal digits; the rest of the slot is zeros. */
export function fillSlot(bytes: Uint8Array, slot: SignatureSlot, signature: Buffer): void {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset + slot.start + 1, slot.length);
  digits.fill(zero, digits.write(signature.toString('hex'), 'latin1'));
}

/** The slot of a signed file: the one whose byte range spans this whole file. */
export function findSlot(bytes: Uint8Array): SignatureSlot | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = file.lastIndexOf('/ByteRange'); at >= 0; at = at === 0 ? -1 : file.lastIndexOf('/ByteRange', at - 1)) {
    const range = /^\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/.exec(file.toString('latin1', at, at + 80));
    if (!range) continue;
    const [start = 0, end = 0, rest = 0] = range.slice(1).map(Number);
    const slot = { start, length: end - start - 2 };
    if (end + rest === file.length && slot.length > 0 && isSlot(file, slot)) return slot;
  }
  return undefined;
}

/** What the slot of a signed file holds, with the zeros behind it; nothing where it is not written as we write. */
export function readSlot(bytes: Uint8Array, { start, length }: SignatureSlot): Buffer {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset + start + 1, length).toString('latin1');
  return /^[0-9a-f]*$/.test(digits) ? Buffer.from(digits, 'hex') : Buffer.alloc(0);
}
