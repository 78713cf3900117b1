import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverageOf } from '../../../functions/adapters/pdf/font-coverage.ts';
import { readFontFiles } from '../../../functions/adapters/pdf/font-files.ts';
import { openFaces } from '../../../functions/adapters/pdf/fonts.ts';
import { codePointNames, printableCheck } from '../../../functions/adapters/pdf/printable.ts';
import coverage from '../../../functions/adapters/pdf/printable-characters.json' with { type: 'json' };

const unprintable = printableCheck();
const fonts = readFontFiles(fileURLToPath(new URL('../../../templates/fonts', import.meta.url)));

test('the list of printable characters is that of the fonts (else run write-printable-characters.ts)', () => {
  expect(coverage.ranges).toEqual(coverageOf(fonts));
});

test('a character is printable if and only if the upright and the bold font have a glyph for it', () => {
  const { regular, bold } = openFaces(fonts);
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0x20, max: 0x24ff }), fc.integer({ min: 0x2500, max: 0x10ffff })),
      (codePoint) => {
        fc.pre(codePoint < 0xd800 || codePoint > 0xdfff);
        const text = String.fromCodePoint(codePoint).normalize('NFC');
        expect(unprintable(text).length === 0).toBe(regular.has(text) && bold.has(text));
      },
    ),
  );
});

test.each([
  'Nguyễn Thị Hồng Nhung',
  'Nguyễn Thị Hồng Nhung'.normalize('NFD'),
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου, Ἀθηνᾶ',
  'Дмитро Ковальчук, Ғани Әлиев',
  'Ọlọ́runfẹ́mi Ọ̀ṣúnlàjà, Ɓala Ɗan',
  'Keʻalohi Kaʻōpua',
  'Ağa İsmayıl Şahin',
  'Þórður Æsa Öłë',
])('%s can be printed', (name) => {
  expect(unprintable(name)).toEqual([]);
});

test('what cannot be printed is named once, in the order of the text', () => {
  expect(unprintable('李 Zoë 明 李')).toEqual(['李', '明']);
  expect(codePointNames(unprintable('李 Zoë 🎓'))).toBe('U+674E, U+1F393');
});

test('control and invisible characters cannot be printed', () => {
  expect(unprintable('A\u0000\n\u200b\u200d\u202eB')).toEqual(['\u0000', '\n', '\u200b', '\u200d', '\u202e']);
});

test('the check brings no PDF library along', () => {
  const source = readFileSync(new URL('../../../functions/adapters/pdf/printable.ts', import.meta.url), 'utf8');
  const imports = [...source.matchAll(/^import .* from '(.*?)'/gm)].map(([, from]) => from);
  expect(imports).toEqual(['../../ports/certificate-engine.ts', './printable-characters.json']);
});
