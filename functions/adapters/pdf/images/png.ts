import { crc32, inflateSync } from 'node:zlib';
import { ImageFault } from './image-fault.ts';
import { unfilter } from './png-filter.ts';

/** Eight bits a sample, rows from the top, without padding. */
export type Png = {
  kind: 'png';
  width: number;
  height: number;
  /** Samples a pixel: one of grey, or red, green and blue. */
  colours: 1 | 3;
  samples: Uint8Array;
  /** One sample a pixel, 255 opaque; absent where every pixel is. */
  alpha?: Uint8Array;
};

export type Header = { width: number; height: number; depth: number; type: number };
export type Chunks = { data: Uint8Array[]; palette?: Uint8Array; transparency?: Uint8Array };

/** Samples a pixel as stored, and the depths allowed, by colour type: PNG (third edition), 11.2.1. */
const types: Record<number, { channels: number; depths: readonly number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

const again = 'save it again';

/** Width and height, before anything is decoded. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.length < 33) throw new ImageFault(`is cut short; ${again}`);
  const view = viewOf(bytes);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Decodes a PNG of any colour type and depth; samples of 16 bits keep their upper eight. @throws ImageFault */
export function decodePng(bytes: Uint8Array): Png {
  const header = readHeader(bytes);
  const chunks = readChunks(bytes);
  const { channels } = types[header.type] as { channels: number };
  const rowBytes = rowBytesOf(header);
  const rows = unfilter(inflated(chunks, header), rowBytes, header.height, Math.max(1, (channels * header.depth) >> 3));
  const stored = toBytes(rows, header, channels, rowBytes);
  return header.type === 3 ? fromPalette(header, stored, chunks) : fromChannels(header, stored, channels, chunks);
}

export function readHeader(bytes: Uint8Array): Header {
  const { width, height } = pngSize(bytes);
  const [depth = 0, type = 0, , , interlace = 0] = bytes.subarray(24, 29);
  if (!types[type]?.depths.includes(depth)) throw new ImageFault(`has a colour type that no PNG has; ${again}`);
  if (interlace !== 0) throw new ImageFault('is interlaced; save it without interlacing');
  return { width, height, depth, type };
}

export function readChunks(bytes: Uint8Array): Chunks {
  const view = viewOf(bytes);
  const chunks: Chunks = { data: [] };
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw new ImageFault(`is cut short; ${again}`);
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new ImageFault(`is cut short; ${again}`);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new ImageFault(`is damaged (its ${name} chunk fails its own check); ${again}`);
    }
    const data = bytes.subarray(at + 8, end);
    if (name === 'IDAT') chunks.data.push(data);
    if (name === 'PLTE') chunks.palette = data;
    if (name === 'tRNS') chunks.transparency = data;
    if (name === 'IEND') return chunks;
    at = end + 4;
  }
}

/** Of the packed rows, without the byte that names each one's filter. */
export function rowBytesOf({ width, depth, type }: Header): number {
  const { channels } = types[type] as { channels: number };
  return Math.ceil((width * channels * depth) / 8);
}

/** The rows, each behind the byte that names its filter. @throws ImageFault */
export function inflated({ data: parts }: Chunks, header: Header): Uint8Array {
  const expected = (rowBytesOf(header) + 1) * header.height;
  let rows: Uint8Array;
  try {
    rows = inflateSync(Buffer.concat(parts), { maxOutputLength: expected });
  } catch {
    throw new ImageFault(`is damaged (its pixels cannot be unpacked); ${again}`);
  }
  if (rows.length < expected) throw new ImageFault(`is damaged (rows are missing); ${again}`);
  return rows;
}

/** One byte a stored sample: packed bits unpacked, 16 bits halved. Grey of few bits is spread to 0–255. */
function toBytes(rows: Uint8Array, { width, height, depth, type }: Header, channels: number, rowBytes: number) {
  if (depth === 8) return rows;
  const perRow = width * channels;
  const bytes = new Uint8Array(perRow * height);
  const most = (1 << Math.min(depth, 8)) - 1;
  const factor = type === 3 ? 1 : 255 / most;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < perRow; i++) {
      const bit = i * depth;
      const byte = rows[y * rowBytes + (bit >> 3)] ?? 0;
      bytes[y * perRow + i] = depth === 16 ? byte : ((byte >> (8 - depth - (bit & 7))) & most) * factor;
    }
  }
  return bytes;
}

function fromPalette({ width, height }: Header, stored: Uint8Array, { palette, transparency }: Chunks): Png {
  if (!palette || palette.length % 3 !== 0) throw new ImageFault(`has no palette; ${again}`);
  const samples = new Uint8Array(stored.length * 3);
  const alpha = new Uint8Array(stored.length).fill(255);
  for (let i = 0; i < stored.length; i++) {
    const entry = stored[i] ?? 0;
    if (entry * 3 >= palette.length) throw new ImageFault(`names a colour that its palette lacks; ${again}`);
    samples.set(palette.subarray(entry * 3, entry * 3 + 3), i * 3);
    alpha[i] = transparency?.[entry] ?? 255;
  }
  return withAlpha({ kind: 'png', width, height, colours: 3, samples }, alpha);
}

function fromChannels(header: Header, stored: Uint8Array, channels: number, { transparency }: Chunks): Png {
  const { width, height } = header;
  const colours = channels >= 3 ? 3 : 1;
  const pixels = width * height;
  const samples = colours === channels ? stored : new Uint8Array(pixels * colours);
  const alpha = new Uint8Array(pixels).fill(255);
  const clear = transparency && colours === channels ? clearColour(transparency, header, colours) : undefined;
  for (let i = 0; i < pixels; i++) {
    if (colours !== channels) {
      for (let c = 0; c < colours; c++) samples[i * colours + c] = stored[i * channels + c] ?? 0;
      alpha[i] = stored[i * channels + colours] ?? 255;
    } else if (clear?.every((sample, c) => samples[i * colours + c] === sample)) alpha[i] = 0;
  }
  return withAlpha({ kind: 'png', width, height, colours, samples }, alpha);
}

/** The one colour that is transparent, as `toBytes` gives its samples. */
function clearColour(transparency: Uint8Array, { depth }: Header, colours: 1 | 3): number[] {
  return Array.from({ length: colours }, (_, c) => {
    const upper = transparency[c * 2] ?? 0;
    const lower = transparency[c * 2 + 1] ?? 0;
    return depth === 16 ? upper : depth === 8 ? lower : (lower * 255) / ((1 << depth) - 1);
  });
}

function withAlpha(png: Png, alpha: Uint8Array): Png {
  return alpha.every((sample) => sample === 255) ? png : { ...png, alpha };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
