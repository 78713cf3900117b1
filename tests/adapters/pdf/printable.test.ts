import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codePointNames, printableCheck } from '../../../functions/adapters/pdf/printable.ts';

const unprintable = printableCheck();

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
  'أحمد بن يوسف',
  'نیک\u200cنام',
  'יוסף בן־דוד',
  'अनुष्का श्रीवास्तव',
  'ณัฐวุฒิ สุขสวัสดิ์',
  '王小明, 玛丽·居里',
  '䶮 㛃',
  '山﨑 太郎, きょうこ サクラ',
  '김민준 (洪吉童)',
  '2025 (أحمد)',
])('%s can be printed', (name) => {
  expect(unprintable(name)).toEqual([]);
});

test('what cannot be printed is named once, in the order of the text', () => {
  expect(unprintable('🎓 Zoë ᚠ 🎓')).toEqual(['🎓', 'ᚠ']);
  expect(codePointNames(unprintable('🎓 Zoë ᚠ 🎓'))).toBe('U+1F393, U+16A0');
});

test('a mark that no font can put on its letter is named with the letter', () => {
  expect(unprintable('Zoë\u05b8')).toEqual(['ë\u05b8']);
  expect(codePointNames(unprintable('Zoë\u05b8'))).toBe('U+00EB U+05B8');
});

test('control and invisible characters cannot be printed', () => {
  expect(unprintable('A\u0000B\nC\u200bD\u200dE\u202eF\u2028')).toEqual([
    '\u0000',
    '\n',
    '\u200b',
    'D\u200d',
    '\u202e',
    '\u2028',
  ]);
});

test('the check brings neither a PDF library nor HarfBuzz nor a font along', () => {
  const seen = new Set<string>();
  const visit = (file: URL): void => {
    if (seen.has(file.pathname)) return;
    seen.add(file.pathname);
    if (!file.pathname.endsWith('.ts')) return;
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^import (?!type\b).*? from '(.*?)'/gms))
      visit(from.startsWith('.') ? new URL(from, file) : new URL(`package:${from}`));
  };
  visit(new URL('../../../functions/adapters/pdf/printable.ts', import.meta.url));
  const names = [...seen].map((path) => path.slice(path.lastIndexOf('/') + 1)).sort();
  expect(names).toEqual([
    'characters.ts',
    'coverage.json',
    'coverage.ts',
    'font-list.ts',
    'printable.ts',
    'ranges.ts',
    'remembered.ts',
  ]);
});
