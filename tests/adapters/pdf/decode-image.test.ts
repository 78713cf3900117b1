import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeImage, imageFault, packedImage } from '../../../functions/adapters/pdf/images/decode-image.ts';
import { encodePng } from '../../../functions/adapters/pdf/images/encode-png.ts';
import { jpegs } from '../../support/jpegs.ts';

type Raw = { width: number; height: number; depth: number; type: number; rows: number[][]; interlace?: number };

/** A PNG file written by hand: `rows` are those of the file, each with its filter first. */
function png({ width, height, depth, type, rows, interlace = 0 }: Raw, more: [string, number[]][] = []): Uint8Array {
  const chunk = (name: string, data: Uint8Array) => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(name, 4, 'latin1');
    bytes.set(data, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      ...more.map(([name, data]) => chunk(name, Uint8Array.from(data))),
      chunk('IDAT', deflateSync(Uint8Array.from(rows.flat()))),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}

const decoded = (bytes: Uint8Array) => {
  const image = decodeImage(bytes);
  if (image.kind !== 'png') throw new Error('not a PNG');
  return { ...image, samples: [...image.samples], ...(image.alpha && { alpha: [...image.alpha] }) };
};

describe('a PNG is decoded', () => {
  test.each([
    ['grey of one bit', { width: 3, height: 1, depth: 1, type: 0, rows: [[0, 0b10100000]] }, [], 1, [255, 0, 255]],
    ['grey of two bits', { width: 4, height: 1, depth: 2, type: 0, rows: [[0, 0b00011011]] }, [], 1, [0, 85, 170, 255]],
    ['grey of four bits', { width: 3, height: 1, depth: 4, type: 0, rows: [[0, 0x0f, 0x80]] }, [], 1, [0, 255, 136]],
    ['grey of sixteen bits', { width: 1, height: 1, depth: 16, type: 0, rows: [[0, 0x12, 0xff]] }, [], 1, [0x12]],
    ['colours of eight bits', { width: 1, height: 1, depth: 8, type: 2, rows: [[0, 1, 2, 3]] }, [], 3, [1, 2, 3]],
    [
      'colours of sixteen bits',
      { width: 1, height: 1, depth: 16, type: 2, rows: [[0, 1, 9, 2, 9, 3, 9]] },
      [],
      3,
      [1, 2, 3],
    ],
    [
      'a palette',
      { width: 2, height: 1, depth: 1, type: 3, rows: [[0, 0b01000000]] },
      [['PLTE', [9, 8, 7, 6, 5, 4]]],
      3,
      [9, 8, 7, 6, 5, 4],
    ],
  ] as [string, Raw, [string, number[]][], number, number[]][])('from %s', (_, raw, more, colours, samples) => {
    expect(decoded(png(raw, more))).toEqual({ kind: 'png', width: raw.width, height: raw.height, colours, samples });
  });

  test.each([
    [
      'grey with alpha',
      { width: 2, height: 1, depth: 8, type: 4, rows: [[0, 50, 10, 60, 255]] },
      [],
      [50, 60],
      [10, 255],
    ],
    ['colours with alpha', { width: 1, height: 1, depth: 8, type: 6, rows: [[0, 1, 2, 3, 4]] }, [], [1, 2, 3], [4]],
    [
      'a clear entry of its palette',
      { width: 2, height: 1, depth: 8, type: 3, rows: [[0, 1, 0]] },
      [
        ['PLTE', [9, 8, 7, 6, 5, 4]],
        ['tRNS', [7]],
      ],
      [6, 5, 4, 9, 8, 7],
      [255, 7],
    ],
    [
      'one clear colour',
      { width: 2, height: 1, depth: 8, type: 2, rows: [[0, 1, 2, 3, 1, 2, 4]] },
      [['tRNS', [0, 1, 0, 2, 0, 3]]],
      [1, 2, 3, 1, 2, 4],
      [0, 255],
    ],
    [
      'one clear grey',
      { width: 2, height: 1, depth: 2, type: 0, rows: [[0, 0b01100000]] },
      [['tRNS', [0, 2]]],
      [85, 170],
      [255, 0],
    ],
  ] as [string, Raw, [string, number[]][], number[], number[]][])(
    'with what shows through from %s',
    (_, raw, more, samples, alpha) => {
      expect(decoded(png(raw, more))).toMatchObject({ samples, alpha });
    },
  );

  test('through every filter', () => {
    const rows = [
      [0, 10, 20],
      [1, 10, 5],
      [2, 5, 5],
      [3, 5, 5],
      [4, 5, 5],
    ];
    const { samples } = decoded(png({ width: 2, height: 5, depth: 8, type: 0, rows }));
    // By hand: as it stands; left; above; half of both; Paeth.
    expect(samples).toEqual([10, 20, 10, 15, 15, 20, 12, 21, 17, 26]);
  });

  test('as it was encoded', () => {
    const picture = {
      width: 3,
      height: 2,
      colours: 3 as const,
      samples: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256),
      alpha: Uint8Array.of(0, 1, 128, 254, 255, 7),
    };
    expect(decodeImage(encodePng(picture))).toEqual({ kind: 'png', ...picture });
    const { alpha: _, ...opaque } = picture;
    expect(decodeImage(encodePng(opaque))).toEqual({ kind: 'png', ...opaque });
  });
});

describe('a PNG is refused', () => {
  const raw: Raw = {
    width: 2,
    height: 2,
    depth: 8,
    type: 0,
    rows: [
      [0, 1, 2],
      [0, 3, 4],
    ],
  };
  const sound = png(raw);
  const changed = (at: number, byte: number) => sound.with(at, byte);

  test('wherever it is cut short', () => {
    for (let length = 8; length < sound.length; length++) {
      expect(imageFault(sound.subarray(0, length)), String(length)).toBe('is cut short; save it again');
    }
    expect(imageFault(sound)).toBeUndefined();
  });

  test('whichever byte of it is changed', () => {
    for (let at = 0; at < sound.length; at++) {
      expect(imageFault(changed(at, (sound[at] ?? 0) ^ 0x55)), String(at)).toBeDefined();
    }
  });

  test.each([
    ['of no colour type', png({ ...raw, type: 1 }), 'has a colour type that no PNG has; save it again'],
    ['interlaced', png({ ...raw, interlace: 1 }), 'is interlaced; save it without interlacing'],
    ['with a row missing', png({ ...raw, rows: [[0, 1, 2]] }), 'is damaged (rows are missing); save it again'],
    [
      'with a row too many',
      png({ ...raw, rows: [...raw.rows, [0, 1, 2]] }),
      'is damaged (its pixels cannot be unpacked)',
    ],
    [
      'with a filter that is none',
      png({
        ...raw,
        rows: [
          [5, 1, 2],
          [0, 3, 4],
        ],
      }),
      'is damaged (a row has an unknown filter)',
    ],
    ['without its palette', png({ ...raw, type: 3 }), 'has no palette; save it again'],
    ['beyond its palette', png({ ...raw, type: 3 }, [['PLTE', [1, 2, 3]]]), 'names a colour that its palette lacks'],
    ['without pixels', png({ ...raw, width: 0 }), 'has no pixels; save it again'],
    [
      'wider than can be printed',
      png({ ...raw, width: 4001 }),
      'has 4001 × 2 pixels; save it smaller, with at most 4000 a side',
    ],
    ['with more pixels than can be held', png({ ...raw, width: 4000, height: 1001 }), '4000000 altogether'],
  ])('%s', (_, bytes, words) => {
    expect(imageFault(bytes)).toContain(words);
  });

  test('that unpacks to far more than it says, without being unpacked', () => {
    const bomb = png({ ...raw, rows: [Array.from({ length: 1_000_000 }, () => 0)] });
    expect(bomb.length).toBeLessThan(50_000);
    expect(imageFault(bomb)).toBe('is damaged (its pixels cannot be unpacked); save it again');
  });
});

describe('a JPEG', () => {
  test.each([
    ['plain', 3],
    ['progressive', 3],
    ['grey', 1],
  ] as const)('%s goes into the paper as it is', (name, colours) => {
    expect(decodeImage(jpegs[name])).toEqual({ kind: 'jpeg', width: 12, height: 8, colours, bytes: jpegs[name] });
  });

  test('wherever it is cut short is refused', () => {
    for (let length = 2; length < jpegs.plain.length - 1; length++) {
      expect(imageFault(jpegs.plain.subarray(0, length)), String(length)).toContain('save it again');
    }
  });

  test('in printers’ colours, turned by a camera, or coded without loss is refused with its remedy', () => {
    expect(imageFault(jpegs.cmyk)).toBe('is in printers’ colours (CMYK); save it as RGB');
    expect(imageFault(turned(6))).toBe('is stored turned or mirrored (its EXIF orientation); save it upright');
    expect(imageFault(turned(1))).toBeUndefined();
    const at = jpegs.plain.findIndex((byte, i) => byte === 0xff && jpegs.plain[i + 1] === 0xc0);
    expect(imageFault(jpegs.plain.with(at + 1, 0xc3))).toContain('save it as a plain JPEG');
    expect(imageFault(jpegs.plain.with(at + 4, 12))).toBe('has 12 bits a sample; save it with 8');
  });
});

test('what is neither, or is too large a file, is refused', () => {
  expect(imageFault(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toContain('neither a PNG');
  expect(imageFault(new Uint8Array())).toContain('is neither a PNG nor a JPEG');
  expect(imageFault(new Uint8Array(300_001))).toBe('has 300001 bytes; save it smaller, with at most 300000');
});

/** A JPEG with a camera's orientation, big-endian as most write it. */
function turned(orientation: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const body = [...new TextEncoder().encode('Exif'), 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, body.length + 2, ...body, ...jpegs.plain.subarray(2)]);
}

describe('A PNG is kept as it is packed', () => {
  const palette: [string, number[]] = ['PLTE', [9, 8, 7, 6, 5, 4, 3, 2, 1]];
  const raw: Raw = { width: 3, height: 1, depth: 4, type: 3, rows: [[0, 0x01, 0x20]] };

  test('with its palette, where all of it is seen', () => {
    const kept = packedImage(png(raw, [palette]));
    expect(kept).toMatchObject({ kind: 'stored', width: 3, depth: 4, channels: 1 });
    expect(kept).not.toHaveProperty('opacity');
    expect(kept).not.toHaveProperty('clear');
    expect([...inflateSync('data' in kept ? kept.data : Buffer.alloc(0))]).toEqual([0, 0x01, 0x20]);
  });

  test('with entries that are not seen at all', () => {
    const kept = packedImage(png(raw, [palette, ['tRNS', [255, 0]]]));
    expect(kept).toMatchObject({ kind: 'stored', clear: [1, 1] });
    expect(kept).not.toHaveProperty('opacity');
  });

  test('with the opacity of each pixel beside it, in as many bits', () => {
    const kept = packedImage(png(raw, [palette, ['tRNS', [255, 17 * 5]]]));
    expect(kept).toMatchObject({ kind: 'stored', opacity: Uint8Array.of(0xf5, 0xff) });
  });

  test.each([
    ['an opacity is finer than its samples', raw, [palette, ['tRNS', [255, 100]]]],
    ['its transparency is a channel', { width: 1, height: 1, depth: 8, type: 6, rows: [[0, 1, 2, 3, 4]] }, []],
    ['its samples have sixteen bits', { width: 1, height: 1, depth: 16, type: 0, rows: [[0, 1, 2]] }, []],
    ['one grey is clear', { width: 1, height: 1, depth: 8, type: 0, rows: [[0, 1]] }, [['tRNS', [0, 2]]]],
  ] as [string, Raw, [string, number[]][]][])('unless %s', (_, each, more) => {
    expect(packedImage(png(each, more)).kind).toBe('png');
  });

  test.each([
    ['a pixel of no colour', { ...raw, rows: [[0, 0x03, 0]] }, [palette], 'names a colour that its palette lacks'],
    ['an unknown filter', { width: 1, height: 1, depth: 8, type: 0, rows: [[5, 1]] }, [], 'unknown filter'],
    ['no palette', raw, [], 'palette'],
  ] as [string, Raw, [string, number[]][], string][])('and refused with %s', (_, each, more, message) => {
    expect(() => packedImage(png(each, more))).toThrow(message);
  });
});
