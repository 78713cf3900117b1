import { crc32, deflateSync } from 'node:zlib';
import type { Png } from './png.ts';

export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG file of eight bits a sample. Its pixels are those given; its bytes depend on this system's zlib. */
export function encodePng({ width, height, colours, samples, alpha }: Omit<Png, 'kind'>): Uint8Array {
  const channels = colours + (alpha ? 1 : 0);
  const rowBytes = width * channels;
  const rows = new Uint8Array((rowBytes + 1) * height);
  const row = new Uint8Array(rowBytes);
  const above = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      for (let c = 0; c < colours; c++) row[x * channels + c] = samples[pixel * colours + c] ?? 0;
      if (alpha) row[x * channels + colours] = alpha[pixel] ?? 0;
    }
    // Filter 2: each row as its difference from the one above, which suits drawings.
    rows[y * (rowBytes + 1)] = 2;
    for (let i = 0; i < rowBytes; i++) rows[y * (rowBytes + 1) + 1 + i] = (row[i] ?? 0) - (above[i] ?? 0);
    above.set(row);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, (colours === 3 ? 2 : 0) + (alpha ? 4 : 0)], 8);
  const parts = [signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 6 })), chunk('IEND')];
  return new Uint8Array(Buffer.concat(parts));
}

export function chunk(name: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
