import { ImageFault } from './image-fault.ts';

/** A JPEG as a PDF takes it, bytes unchanged (`DCTDecode`), eight bits a sample. */
export type Jpeg = { kind: 'jpeg'; width: number; height: number; colours: 1 | 3; bytes: Uint8Array };

type Frame = { width: number; height: number; components: number };

const again = 'save it again';

/** Reads a JPEG's segments up to its end. @throws ImageFault */
export function readJpeg(bytes: Uint8Array): Jpeg {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Frame | undefined;
  let scans = 0;
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 2 > bytes.length) throw new ImageFault(`is cut short; ${again}`);
    if (bytes[at] !== 0xff) throw new ImageFault(`is damaged (a segment does not begin where it should); ${again}`);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) break;
    const length = at + 4 <= bytes.length ? view.getUint16(at + 2) : 0;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw new ImageFault(`is cut short; ${again}`);
    const segment = bytes.subarray(at + 4, end);
    if (marker === 0xe1) refuseTurned(segment);
    if (isFrame(marker)) frame = readFrame(marker, segment);
    if (marker === 0xda) scans++;
    at = marker === 0xda ? endOfScan(bytes, end) : end;
  }
  if (!frame || scans === 0) throw new ImageFault(`has no picture in it; ${again}`);
  const { components, ...size } = frame;
  if (components !== 1 && components !== 3) throw new ImageFault('is in printers’ colours (CMYK); save it as RGB');
  return { kind: 'jpeg', ...size, colours: components, bytes };
}

/** Start of frame, but for the three other tables of the same range: ITU-T T.81, table B.1. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function readFrame(marker: number, segment: Uint8Array): Frame {
  // What PDF readers take: ISO 32000-2, 7.4.8.
  if (marker > 0xc2) throw new ImageFault('is coded in a way that PDF readers do not know; save it as a plain JPEG');
  if (segment.length < 6) throw new ImageFault(`is cut short; ${again}`);
  const [bits = 0, high = 0, low = 0, wide = 0, narrow = 0, components = 0] = segment;
  if (bits !== 8) throw new ImageFault(`has ${bits} bits a sample; save it with 8`);
  return { width: (wide << 8) | narrow, height: (high << 8) | low, components };
}

/** Where the next segment begins: coded data has `FF 00` for a byte of FF, and restart marks within. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] ?? 0;
    if (next !== 0x00 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw new ImageFault(`is cut short; ${again}`);
}

/** A camera's file may say "turn me": a PDF reader would not. */
function refuseTurned(segment: Uint8Array): void {
  if (String.fromCharCode(...segment.subarray(0, 6)) !== 'Exif\0\0') return;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  if (tiff.byteLength < 8) return;
  const little = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return;
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.byteLength) return;
    if (tiff.getUint16(entry, little) === 0x0112 && tiff.getUint16(entry + 8, little) > 1) {
      throw new ImageFault('is stored turned or mirrored (its EXIF orientation); save it upright');
    }
  }
}
