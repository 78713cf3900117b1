import { rmSync } from 'node:fs';
import { PDFArray, PDFDocument, PDFName } from 'pdf-lib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { dots, setByChromium } from './chromium.ts';
import { type Box, inkIn, inkShare, likeness, type Picture, readGrey } from './ink.ts';
import { type NameKind, nameKinds, names } from './names.ts';
import { printSpecimens, type Specimen } from './specimens.ts';
import { describeWith, run } from './tools.ts';

// Neither veraPDF nor a reader of text sees a glyph that has no outline, or a mark that sits in the wrong place.

// Each test starts a tool or more; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

let printed: { folder: string; specimens: Map<string, Specimen> };
beforeAll(async () => {
  printed = await printSpecimens();
});
afterAll(() => rmSync(printed.folder, { recursive: true, force: true }));

const drawn = new Map<NameKind, { picture: Picture; words: Box[] }>();

/** What the first page has of its own, with where the words of the name are on it, in pixels. */
async function nameOn(kind: NameKind): Promise<{ picture: Picture; words: Box[] }> {
  const known = drawn.get(kind);
  if (known) return known;
  const specimen = printed.specimens.get(`name-${kind.replaceAll(' ', '-')}`);
  if (!specimen) throw new Error(`there is no specimen of the ${kind} name`);
  const words = nameWords(specimen);
  const band = around(words);
  const whole = draw(specimen.bytes, band);
  const shared = draw(await withoutOwnContent(specimen.bytes), band);
  // The lines above and below a name come close to it: what every certificate has is taken away.
  const pixels = whole.pixels.map((value, i) => ((shared.pixels[i] ?? 255) < value + 24 ? 255 : value));
  const within = words.map(({ left, right, top, bottom }) => ({
    left: left - band.left,
    right: right - band.left,
    top: top - band.top,
    bottom: bottom - band.top,
  }));
  const result = { picture: { ...whole, pixels }, words: within };
  drawn.set(kind, result);
  return result;
}

function draw(bytes: Uint8Array, { left, top, right, bottom }: Box): Picture {
  const area = Object.entries({ x: left, y: top, W: right - left, H: bottom - top });
  const args = ['-r', dots, '-gray', '-f', 1, '-l', 1, ...area.flatMap(([key, value]) => [`-${key}`, value]), '-'];
  const { out, err } = run('pdftoppm', args.map(String), bytes);
  const [picture] = readGrey(out);
  if (!picture || err !== '') throw new Error(`pdftoppm: ${err}`);
  return picture;
}

/** A first page of shared content alone: the certificate's own is the last of its streams. */
async function withoutOwnContent(bytes: Uint8Array): Promise<Uint8Array> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const contents = document.getPage(0).node.lookup(PDFName.of('Contents'));
  if (!(contents instanceof PDFArray) || contents.size() < 2) throw new Error('the page has one stream of content');
  contents.remove(contents.size() - 1);
  return document.save({ updateFieldAppearances: false });
}

/** The words between the line that presents the certificate and the statement: whatever their letters extract as. */
function nameWords({ path, content }: Specimen): Box[] {
  const found = run('pdftotext', ['-enc', 'UTF-8', '-bbox', '-f', '1', '-l', '1', path, '-']).text.matchAll(
    /<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<\/word>/g,
  );
  const words = [...found].map(([, left, top, right, bottom, text = '']) => ({
    text,
    box: { left: px(left), top: px(top), right: px(right), bottom: px(bottom) },
  }));
  const before = content.template.words.presentedTo.split(' ').at(-1);
  const after = content.template.words.statement.split(' ')[0];
  const from = words.findIndex(({ text }) => text === before);
  const to = words.findIndex(({ text }, i) => i > from && text === after);
  if (from < 0 || to <= from + 1) throw new Error('the name stands nowhere between the lines around it');
  return words.slice(from + 1, to).map(({ box }) => box);
}

function px(points: string | undefined): number {
  return (Number(points) * dots) / 72;
}

/** The name's part of the page in whole pixels, with room for marks above and below, which no word's box holds. */
function around(words: readonly Box[]): Box {
  const top = Math.min(...words.map((box) => box.top));
  const bottom = Math.max(...words.map((box) => box.bottom));
  const height = bottom - top;
  return {
    left: Math.floor(Math.min(...words.map((box) => box.left)) - height * 0.3),
    right: Math.ceil(Math.max(...words.map((box) => box.right)) + height * 0.3),
    top: Math.floor(top - height * 0.3),
    bottom: Math.ceil(bottom + height * 0.3),
  };
}

describeWith(['poppler'], 'pdftoppm', () => {
  test.each(nameKinds)('draws every word of the %s name', async (kind) => {
    const { picture, words } = await nameOn(kind);
    for (const box of words) expect(inkShare(picture, box)).toBeGreaterThan(0.03);
  });

  test('draws no ink beside the name', async () => {
    const { picture } = await nameOn('vietnamese');
    expect(inkShare(picture, { left: 0, top: 0, right: 20, bottom: picture.height })).toBe(0);
  });
});

/** A name's words as they stand from left to right. Poppler parts pointed words at their points: those in one piece. */
function inSight(kind: NameKind): string[] {
  if (kind.startsWith('pointed')) return [names[kind].normalize('NFC')];
  const words = names[kind].normalize('NFC').split(' ');
  const firstLetter = /\p{L}/u.exec(names[kind])?.[0] ?? '';
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(firstLetter) ? words.reverse() : words;
}

describeWith(['poppler', 'chromium'], 'set beside Chromium', () => {
  const texts = [...new Set(nameKinds.flatMap(inSight))];
  let theirs: Picture[];
  beforeAll(() => {
    theirs = setByChromium(texts, 'en-US');
  });
  const inked = (picture: Picture | undefined, within?: Box) => {
    if (!picture) throw new Error('there is no picture');
    return inkIn(picture, { left: 0, top: 0, right: picture.width, bottom: picture.height, ...within });
  };
  /** The ink of each word of ours: half of the space on either side is its own. */
  const ourWords = async (kind: NameKind) => {
    const { picture, words } = await nameOn(kind);
    if (kind.startsWith('pointed')) return [inked(picture)];
    const sorted = words.toSorted((a, b) => a.left - b.left);
    return sorted.map((_, i) => {
      const edge = (n: number) => ((sorted[n]?.right ?? 0) + (sorted[n + 1]?.left ?? 0)) / 2;
      const left = i === 0 ? 0 : edge(i - 1);
      const right = i === sorted.length - 1 ? picture.width : edge(i);
      return inked(picture, { left, right, top: 0, bottom: picture.height });
    });
  };

  test.each(nameKinds)('every word of the %s name looks the same', async (kind) => {
    const ours = await ourWords(kind);
    const expected = inSight(kind);
    expect(ours).toHaveLength(expected.length);
    for (const [i, word] of expected.entries()) {
      const one = ours[i];
      if (!one) throw new Error('a word is missing');
      const { proportions, overlap } = likeness(one, inked(theirs[texts.indexOf(word)]), 2);
      const seen = `${word}: as wide for its height × ${proportions.toFixed(3)}, ink on ink ${overlap.toFixed(3)}`;
      // A dot more or less of some hundred: edges fall between dots.
      expect(Math.abs(proportions - 1), seen).toBeLessThan(0.03);
      expect(overlap, seen).toBeGreaterThan(0.97);
    }
  });

  test('another word does not, nor one without its marks', async () => {
    const [first] = await ourWords('vietnamese');
    if (!first) throw new Error('a word is missing');
    expect(likeness(first, inked(theirs[texts.indexOf('Дмитро')]), 2).overlap).toBeLessThan(0.8);
    const [bare] = setByChromium(['Nguyen'], 'en-US');
    const { proportions, overlap } = likeness(first, inked(bare), 2);
    expect(Math.abs(proportions - 1) > 0.03 || overlap < 0.97).toBe(true);
  });
});
