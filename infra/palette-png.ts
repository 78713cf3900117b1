import { deflateSync } from 'node:zlib';
import { chunk, signature } from '../functions/adapters/pdf/images/encode-png.ts';
import type { Png } from '../functions/adapters/pdf/images/png.ts';

/** A PNG file of at most 256 colours, a byte a pixel, which packs better than half a one. The clear ones come first. */
export function palettePng({ width, height, samples, alpha }: Omit<Png, 'kind'>): Uint8Array {
  const colourAt = (i: number) =>
    [samples[3 * i] ?? 0, samples[3 * i + 1] ?? 0, samples[3 * i + 2] ?? 0, alpha?.[i] ?? 255] as const;
  const entries = new Map<string, number>();
  const pixels = Array.from({ length: width * height }, (_, i) => i);
  const palette = [...new Map(pixels.map((i) => [colourAt(i).join(), colourAt(i)]))].sort(
    ([, a], [, b]) => a[3] - b[3],
  );
  for (const [name] of palette) entries.set(name, entries.size);
  if (palette.length > 256) throw new Error(`a picture of ${palette.length} colours: draw it in 256 at most`);
  const rows = new Uint8Array((1 + width) * height);
  for (const i of pixels) {
    rows[(1 + width) * Math.floor(i / width) + 1 + (i % width)] = entries.get(colourAt(i).join()) ?? 0;
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3], 8);
  const colours = palette.map(([, colour]) => colour);
  const clear = colours.map(([, , , opacity]) => opacity).filter((opacity) => opacity < 255);
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('PLTE', Uint8Array.from(colours.flatMap((colour) => colour.slice(0, 3)))),
      ...(clear.length > 0 ? [chunk('tRNS', Uint8Array.from(clear))] : []),
      chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
      chunk('IEND'),
    ]),
  );
}
