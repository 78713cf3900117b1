import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import coverage from '../../../../functions/adapters/pdf/text/coverage.json' with { type: 'json' };
import { fontHas, isMark, scriptOf } from '../../../../functions/adapters/pdf/text/coverage.ts';
import { fontCoverage } from '../../../../functions/adapters/pdf/text/font-coverage.ts';
import { decodeRanges, encodeRanges, inRanges } from '../../../../functions/adapters/pdf/text/ranges.ts';
import { sha256 } from '../../../../functions/domain/hash.ts';
import { fontFiles, typefaces } from './sample-typefaces.ts';

test('the lists of characters are those of the fonts (else run npm run printable)', { timeout: 60_000 }, () => {
  expect(coverage).toEqual(fontCoverage(fontFiles));
});

test('the table of fonts in their README has every file with its hash', () => {
  const folder = new URL('../../../../templates/fonts/', import.meta.url);
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const listed = [...readme.matchAll(/^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$/gm)].map(([, file, hash]) => [
    file,
    hash,
  ]);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ttf'));
  expect(listed.sort()).toEqual(files.map((file) => [file, sha256(readFileSync(new URL(file, folder)))]).sort());
});

test('a set of code points is packed and unpacked without loss', () => {
  const codePoints = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 0x10ffff })));
  fc.assert(
    fc.property(codePoints, codePoints, (members, others) => {
      const bounds = decodeRanges(encodeRanges(new Set(members)));
      for (const codePoint of [...members, ...others]) {
        expect(inRanges(bounds, codePoint)).toBe(members.includes(codePoint));
      }
    }),
  );
});

test.each([
  [0x41, 'Latn'],
  [0x1ebf, 'Latn'],
  [0x37, ''],
  [0x3b1, 'Grek'],
  [0x416, 'Cyrl'],
  [0x5d0, 'Hebr'],
  [0x623, 'Arab'],
  [0x915, 'Deva'],
  [0xe01, 'Thai'],
  [0x738b, 'Hani'],
  [0x3042, 'Hira'],
  [0xae40, 'Hang'],
  [0x301, ''],
])('U+%x is of the script %j', (codePoint, script) => {
  expect(scriptOf(codePoint)).toBe(script);
});

test('joiners are refused where there is nothing to join', () => {
  expect(typefaces.unprintable('نیک\u200cنام')).toEqual([]);
  expect(typefaces.unprintable('Wang\u200c (\u200d')).toEqual(['g\u200c', '(\u200d']);
});

test('joiners go with the letters of scripts that join, and with no other font', () => {
  expect(isMark(0x200c)).toBe(true);
  expect(fontHas('Amiri-Regular', 0x200c)).toBe(true);
  expect(fontHas('EBGaramond-Regular', 0x200c)).toBe(false);
});
