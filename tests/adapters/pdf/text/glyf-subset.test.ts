import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as hb from 'harfbuzzjs';
import { describe, expect, test } from 'vitest';
import { fontFiles, typefaces } from './sample-typefaces.ts';

const fonts = [
  'EBGaramond-Regular',
  'EBGaramond-Italic',
  'Amiri-Regular',
  'NotoSerifDevanagari-Regular',
  'NotoSerifThai-Regular',
];
const large = 'NotoSerifJP-Regular';

/** The package's own way to a font, which ours does not share. */
function opened(bytes: Uint8Array): hb.Font {
  return new hb.Font(new hb.Face(new hb.Blob(Uint8Array.from(bytes).buffer)));
}

const sources = new Map([...fonts, large].map((id) => [id, opened(fontFiles(`${id}.ttf`))]));

function compare(id: string, glyphs: number[]): void {
  const source = sources.get(id);
  const subset = typefaces.font(id).subset(glyphs);
  const copy = opened(subset.bytes);
  for (const glyph of [0, ...glyphs]) {
    const number = subset.idOf(glyph);
    expect(copy.glyphToPath(number)).toBe(source?.glyphToPath(glyph));
    expect(copy.glyphHAdvance(number)).toBe(source?.glyphHAdvance(glyph));
  }
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function tableOf(bytes: Uint8Array, wanted: string): { sum: number; offset: number; length: number } {
  for (let at = 12; at < 12 + 16 * view(bytes).getUint16(4); at += 16) {
    const [sum, offset, length] = [4, 8, 12].map((field) => view(bytes).getUint32(at + field));
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === wanted)
      return { sum: sum ?? 0, offset: offset ?? 0, length: length ?? 0 };
  }
  throw new Error(`no ${wanted}`);
}

function sumOf(bytes: Uint8Array, start = 0, length = bytes.length): number {
  let sum = 0n;
  for (let at = start; at < start + length; at += 4) sum += BigInt(view(bytes).getUint32(at));
  return Number(sum & 0xffff_ffffn);
}

describe.each(fonts)('of %s', (id) => {
  const count = view(fontFiles(`${id}.ttf`)).getUint16(tableOf(fontFiles(`${id}.ttf`), 'maxp').offset + 4);
  const sets = fc.uniqueArray(fc.integer({ min: 1, max: count - 1 }), { maxLength: 30 });

  test('every glyph of a subset has the outline and the advance that it had', () => {
    fc.assert(
      fc.property(sets, (glyphs) => compare(id, glyphs)),
      { numRuns: 40 },
    );
  });

  test('the same glyphs give the same bytes, in whatever order and however often', () => {
    fc.assert(
      fc.property(sets, (glyphs) => {
        const { subset } = typefaces.font(id);
        expect(subset([...glyphs].reverse().concat(glyphs)).bytes).toEqual(subset(glyphs).bytes);
      }),
      { numRuns: 20 },
    );
  });

  test('the sums of the tables and of the file are those of the OpenType specification', () => {
    const { bytes } = typefaces.font(id).subset([1, 5, 40, 41]);
    expect(sumOf(bytes)).toBe(0xb1b0afba);
    for (const tag of ['glyf', 'hhea', 'hmtx', 'loca', 'maxp']) {
      const { sum, offset, length } = tableOf(bytes, tag);
      expect(offset % 4).toBe(0);
      expect(sumOf(bytes, offset, Math.ceil(length / 4) * 4)).toBe(sum);
    }
  });
});

test('a font of Han characters is subset without its other 17,000 glyphs', () => {
  const glyphs = typefaces.shape('渡邉さくら', { face: 'regular', language: 'ja' }).runs.flatMap((run) => run.glyphs);
  compare(
    large,
    glyphs.map(({ id }) => id),
  );
  expect(typefaces.font(large).subset(glyphs.map(({ id }) => id)).bytes.length).toBeLessThan(6_000);
});

test('a subset of everything is long, and still right', () => {
  const all = Array.from({ length: 1_500 }, (_, i) => i);
  expect(typefaces.font('EBGaramond-Regular').subset(all).bytes.length).toBeGreaterThan(0x1ffff);
  compare('EBGaramond-Regular', all);
});

test('what a composite is made of comes along, and the glyphs are counted from 1 in their old order', () => {
  const { subset } = typefaces.font('EBGaramond-Regular');
  const accented = typefaces.shape('ế', { face: 'regular' }).runs[0]?.glyphs[0]?.id ?? 0;
  const { bytes, idOf } = subset([accented]);
  expect(view(bytes).getUint16(tableOf(bytes, 'maxp').offset + 4)).toBeGreaterThan(2);
  expect(idOf(0)).toBe(0);
  expect([9, 3, 700].map(subset([700, 3, 9]).idOf)).not.toContain(0);
  expect(subset([3, 9]).idOf(3)).toBeLessThan(subset([3, 9]).idOf(9));
});

test('a glyph that a font or a subset lacks is an error', () => {
  const { subset } = typefaces.font('NotoSerifThai-Regular');
  expect(() => subset([60_000])).toThrow('glyph 60000 is not in this font');
  expect(() => subset([1]).idOf(2)).toThrow('glyph 2 is not in this subset');
});

const python = spawnSync('python3', ['-c', 'import fontTools']).status === 0;

test.skipIf(!python)(
  'fontTools reads every table of a subset and agrees with its sums (skipped without fontTools)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'subset-'));
    try {
      const files = [...fonts, large].map((id) => {
        const file = join(folder, `${id}.ttf`);
        writeFileSync(file, typefaces.font(id).subset([2, 3, 30, 31, 32, 90]).bytes);
        return file;
      });
      const script = `
import sys, logging
from fontTools.ttLib import TTFont
logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
for file in sys.argv[1:]:
    font = TTFont(file, checkChecksums=2, lazy=False)
    for tag in font.keys(): font[tag]
    for name in font.getGlyphOrder(): font['glyf'][name].expand(font['glyf'])
    assert font['maxp'].numGlyphs == len(font['hmtx'].metrics)
`;
      expect(execFileSync('python3', ['-c', script, ...files], { encoding: 'utf8' })).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
