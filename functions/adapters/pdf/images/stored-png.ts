import { ImageFault } from './image-fault.ts';
import { type Chunks, type Header, inflated, readChunks, readHeader, rowBytesOf } from './png.ts';
import { unfilter } from './png-filter.ts';

/**
 * A PNG whose pixels a PDF can hold as the file packs them (ISO 32000-1, 7.4.4.4): nothing is decoded and compressed
 * again, which in JavaScript takes longer than everything else on the first certificate of a process.
 */
export type StoredPng = {
  kind: 'stored';
  width: number;
  height: number;
  /** Bits a sample. */
  depth: number;
  /** Samples a pixel: one of grey or of the palette's entries, or red, green and blue. */
  channels: 1 | 3;
  /** A deflated stream of rows, each behind a byte that names its filter. */
  data: Uint8Array;
  /** Three bytes an entry. */
  palette?: Uint8Array;
  /** The entries of the palette that are not seen at all, where every other is opaque: from the first to the last. */
  clear?: readonly [first: number, last: number];
  /** How opaque each pixel is: rows of samples of `depth` bits; absent where every pixel is. */
  opacity?: Uint8Array;
};

/**
 * Undefined where the file has to be decoded: its transparency is a channel among the colours, or finer than its
 * samples are; or its samples have sixteen bits.
 *
 * @throws ImageFault
 */
export function storedPng(bytes: Uint8Array): StoredPng | undefined {
  const header = readHeader(bytes);
  const { type, depth, width, height } = header;
  if (type > 3 || depth > 8) return undefined;
  const chunks = readChunks(bytes);
  if (type !== 3 && chunks.transparency) return undefined;
  const rows = inflated(chunks, header);
  const stored = { kind: 'stored', width, height, depth, channels: type === 2 ? 3 : 1 } as const;
  const data = chunks.data.length === 1 ? (chunks.data[0] as Uint8Array) : new Uint8Array(Buffer.concat(chunks.data));
  if (type !== 3) {
    refuseFilters(rows, header);
    return { ...stored, data };
  }
  const { palette } = chunks;
  if (!palette) return undefined;
  const indices = unfilter(rows, rowBytesOf(header), height, 1);
  const clear = clearEntries(chunks.transparency);
  const opacity = opacityOf(indices, depth, clear ? { palette } : chunks);
  if (opacity && clear) return { ...stored, data, palette, clear };
  return opacity && { ...stored, data, palette, ...(opacity !== 'opaque' && { opacity }) };
}

function refuseFilters(rows: Uint8Array, header: Header): void {
  const rowBytes = rowBytesOf(header) + 1;
  for (let at = 0; at < rows.length; at += rowBytes) {
    if ((rows[at] as number) > 4) throw new ImageFault('is damaged (a row has an unknown filter); save it again');
  }
}

/** Undefined where there is none, where they are not neighbours, or where another is half seen. */
function clearEntries(transparency: Uint8Array | undefined): readonly [number, number] | undefined {
  const [first, last] = [transparency?.indexOf(0) ?? -1, transparency?.lastIndexOf(0) ?? -1];
  const isSharp = transparency?.every((level, entry) => level === (entry >= first && entry <= last ? 0 : 255));
  return first >= 0 && isSharp ? [first, last] : undefined;
}

/**
 * The opacity of every byte of indices, looked up whole. Undefined where a byte names an entry that the palette lacks,
 * be it in the bits behind a row's end, or where an opacity needs more bits than an index has.
 */
function opacityOf(
  indices: Uint8Array,
  depth: number,
  chunks: Omit<Chunks, 'data'>,
): Uint8Array | 'opaque' | undefined {
  const { palette = new Uint8Array(), transparency } = chunks;
  const full = (1 << depth) - 1;
  const ofByte = new Int16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let packed = 0;
    for (let shift = 8 - depth; shift >= 0; shift -= depth) {
      const entry = (byte >> shift) & full;
      const level = ((transparency?.[entry] ?? 255) * full) / 255;
      if (3 * entry >= palette.length || !Number.isInteger(level)) packed = -256;
      packed |= level << shift;
    }
    ofByte[byte] = packed;
  }
  const opacity = new Uint8Array(indices.length);
  let all = 0;
  for (let i = 0; i < indices.length; i++) {
    const packed = ofByte[indices[i] as number] as number;
    opacity[i] = packed;
    all |= packed;
  }
  if (all < 0) return undefined;
  return transparency ? opacity : 'opaque';
}
