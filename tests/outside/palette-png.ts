import { crc32, deflateSync } from 'node:zlib';

/** A colour picture: three bytes a pixel, red, green, blue. */
export type ColourPicture = { width: number; height: number; pixels: Uint8Array };

/** Reads binary PPM, as pdftoppm writes it: the first picture. */
export function readColour(bytes: Buffer): ColourPicture {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString('latin1'));
  if (!header) throw new Error('not a PPM picture');
  const [width, height] = [Number(header[1]), Number(header[2])];
  const start = header[0].length;
  return { width, height, pixels: bytes.subarray(start, start + 3 * width * height) };
}

/** A PNG of at most so many colours, the commonest: a third of the size of one that keeps every shade. */
export function palettePng({ width, height, pixels }: ColourPicture, colours = 128): Buffer {
  const palette = commonest(pixels, colours);
  const known = new Map<number, number>();
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      const colour = ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
      let index = known.get(colour);
      if (index === undefined) {
        index = nearest(palette, colour);
        known.set(colour, index);
      }
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, by palette.
  header.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The commonest colours, of shades that differ by less than the eye sees only one. */
function commonest(pixels: Uint8Array, count: number): number[] {
  const shades = new Map<number, Map<number, number>>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
    const shade = colour & 0xf8f8f8;
    const members = shades.get(shade) ?? new Map<number, number>();
    members.set(colour, (members.get(colour) ?? 0) + 1);
    shades.set(shade, members);
  }
  const sum = (members: Map<number, number>) => [...members.values()].reduce((a, b) => a + b, 0);
  return [...shades.values()]
    .sort((a, b) => sum(b) - sum(a))
    .slice(0, count)
    .map((members) => [...members].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0);
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  palette.forEach((candidate, i) => {
    const distance = [16, 8, 0].reduce((total, shift) => {
      const difference = ((candidate >> shift) & 255) - ((colour >> shift) & 255);
      return total + difference * difference;
    }, 0);
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
