import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTypefaces, type ShapedText } from '../../../../functions/adapters/pdf/text/typefaces.ts';
import { extracted, fontFiles, names, typefaces, watchedFiles } from './sample-typefaces.ts';

const regular = { face: 'regular' } as const;
const shape = (text: string) => typefaces.shape(text, regular);
const ids = (set: ShapedText) => set.runs.flatMap(({ glyphs }) => glyphs.map(({ id }) => id));
/** The texts of the runs in the order of the letters. */
const inOrder = ({ runs }: ShapedText) =>
  runs
    .toSorted((a, b) => a.start - b.start)
    .map((run) => run.text)
    .join('');

/** Names cut up and put together again, as nobody is called and some spreadsheet has it. */
const mixtures = fc
  .array(
    fc.oneof(
      fc.constantFrom(...names.flatMap(([name]) => name.split(' '))),
      fc.constantFrom(' ', '  ', '-', ', ', '(', ')', '«', '»', '.', '’', '7', '2025', '·', '/'),
      fc.constantFrom('é', 'é'.normalize('NFD'), 'ɛ̃́', 'ị', 'fi', 'ffl', 'क्ष', 'र्कि', 'أ', 'שָׁ', 'か\u3099', '﨑'),
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(''));

describe.each(names)('%s', (name, ...fonts) => {
  test('is set in the fonts of its scripts, and nothing of it is a box', () => {
    expect(typefaces.unprintable(name)).toEqual([]);
    expect(shape(name).runs.map(({ font }) => font)).toEqual(fonts);
    expect(ids(shape(name))).not.toContain(0);
  });

  test('extracts as it was written', () => {
    const set = shape(name);
    for (const run of set.runs) expect(extracted(run)).toBe(run.text);
    expect(inOrder(set)).toBe(name.normalize('NFC'));
  });

  test('is set alike however its accents were typed', () => {
    expect(shape(name.normalize('NFD'))).toEqual(shape(name));
  });
});

test('whatever is mixed, every run extracts as its text, the runs make up the line, and advances add up', () => {
  fc.assert(
    fc.property(mixtures, fc.constantFrom('ltr', 'rtl', undefined), (text, direction) => {
      fc.pre(typefaces.unprintable(text).length === 0);
      const set = typefaces.shape(text, { ...regular, ...(direction && { direction }) });
      expect(set.text).toBe(text.normalize('NFC'));
      expect(inOrder(set)).toBe(set.text);
      for (const run of set.runs) {
        expect(extracted(run)).toBe(run.text);
        expect(run.advance).toBeCloseTo(
          run.glyphs.reduce((sum, { advance }) => sum + advance, 0),
          6,
        );
      }
      expect(set.advance).toBeCloseTo(
        set.runs.reduce((sum, { advance }) => sum + advance, 0),
        6,
      );
    }),
    { numRuns: 500 },
  );
});

test('whatever is asked, a text is set without a box or refused by its code points', () => {
  fc.assert(
    fc.property(fc.oneof(mixtures, fc.string({ unit: 'binary' })), (text) => {
      if (typefaces.unprintable(text).length === 0) expect(ids(shape(text))).not.toContain(0);
      else expect(() => shape(text)).toThrow(/^no font prints U\+[0-9A-F]/);
    }),
    { numRuns: 500 },
  );
});

test('a refusal names code points and no letters', () => {
  expect(() => shape('Zoë 🎓 ᚠ')).toThrow('no font prints U+1F393, U+16A0: ask unprintable() first');
});

test('ị stays one glyph that extracts as ị', () => {
  const glyphs = shape('Thị').runs.flatMap((run) => run.glyphs);
  expect(glyphs.map(({ text }) => text)).toEqual(['T', 'h', 'ị']);
});

test('a vowel sign without its letter is printed alone, on no dotted circle', () => {
  expect(shape('ि').runs[0]?.glyphs.map(({ text }) => text)).toEqual(['ि']);
});

test('of a cluster of several glyphs the first carries the text', () => {
  expect(shape('Ọ̀').runs[0]?.glyphs.map(({ text }) => text)).toEqual(['Ọ̀', '']);
  expect(shape('ffi').runs[0]?.glyphs.map(({ text }) => text)).toEqual(['ffi']);
});

test('marks stand on their letter, and a second one on the first', () => {
  const [letter, tilde, acute] = shape('ɛ̃́').runs[0]?.glyphs ?? [];
  expect(letter?.advance).toBeGreaterThan(0);
  expect([tilde?.advance, acute?.advance]).toEqual([0, 0]);
  expect(acute?.dy).toBeGreaterThan((tilde?.dy ?? 0) + 100);
  const [capital, grave] = shape('Ọ̀').runs[0]?.glyphs ?? [];
  // Over the middle of the letter, whose advance the pen has behind it.
  expect(grave?.dx).toBeLessThan(-0.4 * (capital?.advance ?? 0));
  expect(grave?.dy).toBeGreaterThan(150);
});

test.each(['regular', 'italic', 'bold'] as const)(
  'in %s a mark stands in the middle of letters that few languages put it on',
  (face) => {
    for (const text of ['M̧', 'm̂', 'K̓', 'Ɔ̃', 'X̣', 'ɛ̨']) {
      const [letter, mark] = typefaces.shape(text, { face }).runs[0]?.glyphs ?? [];
      // The pen is behind the letter; how far the mark's own outline lies from its origin is within these bounds.
      expect([mark?.advance, (mark?.dx ?? 0) < 0, (mark?.dx ?? 0) > -(letter?.advance ?? 0) - 100]).toEqual([
        0,
        true,
        true,
      ]);
    }
  },
);

test('brackets among letters from the right are mirrored, and extract as they were typed', () => {
  const [open, close] = ['(', ')'].map((bracket) => shape(`ا${bracket}ا`).runs[0]?.glyphs[1]);
  const upright = typefaces.shape('(أحمد)', { ...regular, direction: 'rtl' }).runs[0]?.glyphs ?? [];
  expect(upright.at(-1)).toMatchObject({ id: open?.id, text: '(' });
  expect(upright[0]).toMatchObject({ id: close?.id, text: ')' });
  expect(open?.id).not.toBe(close?.id);
});

test('a space between Garamond and another font is Garamond, on either side', () => {
  expect(shape('王 Wang').runs.map(({ text }) => text)).toEqual(['王', ' Wang']);
  expect(shape('Wang 王').runs.map(({ text }) => text)).toEqual(['Wang ', '王']);
});

test('a line runs in the direction of its first letter, or as it is told', () => {
  const order = (text: string, direction?: 'ltr' | 'rtl') =>
    typefaces.shape(text, { ...regular, ...(direction && { direction }) }).runs.map((run) => run.text);
  expect(shape('José אברהם').direction).toBe('ltr');
  expect(order('José אברהם')).toEqual(['José ', 'אברהם']);
  expect(order('José אברהם', 'rtl')).toEqual(['אברהם', ' ', 'José']);
  expect(shape('2025 (أحمد)').direction).toBe('rtl');
  expect(order('2025 (أحمد)')).toEqual(['(أحمد)', ' ', '2025']);
  expect(order('Wang.', 'rtl')).toEqual(['.', 'Wang']);
  expect(order('Wang ', 'rtl')).toEqual([' ', 'Wang']);
  expect(order('דוד ', 'ltr')).toEqual(['דוד', ' ']);
});

test.each([
  ['a space between two words of a font is of that font', 'أحمد يوسف', ['Amiri-Regular']],
  ['brackets are of the font of what they enclose', 'Wang (王)', ['EBGaramond-Regular', 'NotoSerifSC-Regular']],
  [
    'brackets that belong together are of one font',
    '(王 Wang)',
    ['NotoSerifSC-Regular', 'EBGaramond-Regular', 'NotoSerifSC-Regular'],
  ],
  [
    'a space between two fonts of other scripts is of the first',
    '王 김',
    ['NotoSerifSC-Regular', 'NotoSerifKR-Regular'],
  ],
  ['digits are Garamond', '王小明 7', ['NotoSerifSC-Regular', 'EBGaramond-Regular']],
  ['a mark keeps the font of its letter', 'é ɛ̃ x̱', ['EBGaramond-Regular']],
  ['a middle dot between Chinese words is Chinese', '玛丽·居里', ['NotoSerifSC-Regular']],
  ['punctuation that Garamond lacks is found', 'Wang、李', ['EBGaramond-Regular', 'NotoSerifSC-Regular']],
])('%s', (_, text, fonts) => {
  expect(shape(text).runs.map(({ font }) => font)).toEqual(fonts);
});

test.each([
  ['Chinese where nothing says otherwise', '山田', undefined, 'NotoSerifSC-Regular'],
  ['Japanese by its language', '山田', 'ja', 'NotoSerifJP-Regular'],
  ['Japanese by its language, with a region', '山田', 'ja-JP', 'NotoSerifJP-Regular'],
  ['Japanese beside kana', '山田さ', undefined, 'NotoSerifJP-Regular'],
  ['Chinese by its language, beside kana', '山田の', 'zh-Hans', 'NotoSerifSC-Regular'],
  ['Japanese where the Chinese font lacks one of its characters', '㐂山', undefined, 'NotoSerifJP-Regular'],
  ['Chinese in an English text', '山田', 'en', 'NotoSerifSC-Regular'],
])('Han is %s', (_, text, language, font) => {
  const { runs } = typefaces.shape(text, { ...regular, ...(language && { language }) });
  const han = runs.filter((run) => /\p{Script=Han}/u.test(run.text));
  expect([...new Set(han.map((run) => run.font))]).toEqual([font]);
});

test('a language chooses its own forms, and is forgotten with its text', () => {
  const turkish = ids(typefaces.shape('fi', { ...regular, language: 'tr' }));
  expect(turkish.length).toBe(2);
  expect(ids(shape('fi')).length).toBe(1);
});

test('features choose small capitals, figures of one width, and letters without ligatures', () => {
  const glyphs = (text: string, features: object) =>
    typefaces.shape(text, { ...regular, features }).runs.flatMap((run) => run.glyphs);
  expect(glyphs('Holder', { smcp: true })).not.toEqual(glyphs('Holder', {}));
  expect(glyphs('Holder', { smcp: true }).map(({ text }) => text)).toEqual([...'Holder']);
  expect(new Set(glyphs('0123456789', { tnum: true }).map(({ advance }) => advance)).size).toBe(1);
  expect(glyphs('fi', {}).length).toBe(1);
  expect(glyphs('fi', { liga: false }).length).toBe(2);
});

test('italic and bold lend what they lack from the upright', () => {
  for (const face of ['italic', 'bold'] as const) {
    expect(typefaces.shape('أحمد', { face }).runs[0]?.font).toBe('Amiri-Regular');
  }
  expect(typefaces.shape('Wang', { face: 'italic' }).runs[0]?.font).toBe('EBGaramond-Italic');
});

test('no font is opened before a text needs it', async () => {
  const { source, read } = watchedFiles();
  const own = await openTypefaces(source);
  expect(read).toEqual(['harfbuzz.wasm']);
  own.shape('Wang', regular);
  expect(read).toEqual(['harfbuzz.wasm', 'EBGaramond-Regular.ttf']);
  for (const name of ['Nguyễn', 'Дмитро', '2025 (أحمد)', 'José אברהם', 'अनुष्का', 'ณัฐวุฒิ']) own.shape(name, regular);
  own.unprintable('王小明 김민준 さくら');
  expect(read.filter((file) => /Noto.*(SC|JP|KR)/.test(file))).toEqual([]);
  for (const name of ['王小明', '王小明']) own.shape(name, regular);
  expect(read.filter((file) => /Noto.*(SC|JP|KR)/.test(file))).toEqual(['NotoSerifSC-Regular.ttf']);
});

test('another process sets every name the same, in whatever order', async () => {
  const other = await openTypefaces(fontFiles);
  for (const [name] of names.toReversed()) expect(other.shape(name, regular)).toEqual(shape(name));
});

test('a name of 3,000 characters is set like a short one', () => {
  const long = 'Łukasz أحمد 王 '.repeat(200);
  const set = shape(long);
  expect(inOrder(set)).toBe(long);
  expect(ids(shape('Łukasz'))).toEqual(ids(set).slice(0, 6));
});

test('a broken font is refused by the name of its file', async () => {
  const cut = async (length: number) => {
    const own = await openTypefaces((file) =>
      file.endsWith('Italic.ttf') ? fontFiles(file).slice(0, length) : fontFiles(file),
    );
    return () => own.shape('Wang', { face: 'italic' });
  };
  expect(await cut(2)).toThrow('EBGaramond-Italic.ttf is not a TrueType font');
  expect(await cut(40)).toThrow('EBGaramond-Italic.ttf is cut short');
  expect(await cut(100_000)).toThrow(/EBGaramond-Italic.ttf is cut short in its table \w{4}/);
});

test('memory is flat over 100,000 names', () => {
  const set = (from: number, to: number) => {
    for (let i = from; i < to; i++) shape(`${names[i % names.length]?.[0]} ${i}`);
  };
  set(0, 1_000);
  const before = process.memoryUsage();
  set(1_000, 101_000);
  const after = process.memoryUsage();
  // HarfBuzz's memory counts as external; a single leaked buffer a name would be megabytes.
  expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(200_000);
}, 60_000);
