import { fontScripts } from './font-list.ts';
import { startHarfBuzz } from './harfbuzz.ts';
import { encodeRanges } from './ranges.ts';
import type { FontSource } from './typefaces.ts';

/** What `coverage.json` holds: sets of code points, packed (see `ranges.ts`). */
export type FontCoverage = { fonts: Record<string, string>; scripts: Record<string, string>; marks: string };

/** Joiners shape the letters of these scripts (Persian names have them); elsewhere they would only hide in a name. */
const joiners = [0x200c, 0x200d];
const joiningScripts = ['Arab', 'Deva'];

const scriptPatterns: Record<string, RegExp> = {
  Latn: /\p{Script=Latin}/u,
  Grek: /\p{Script=Greek}/u,
  Cyrl: /\p{Script=Cyrillic}/u,
  Hebr: /\p{Script=Hebrew}/u,
  Arab: /\p{Script=Arabic}/u,
  Deva: /\p{Script=Devanagari}/u,
  Thai: /\p{Script=Thai}/u,
  Hani: /\p{Script=Han}/u,
  Hira: /\p{Script=Hiragana}/u,
  Kana: /\p{Script=Katakana}/u,
  Hang: /\p{Script=Hangul}/u,
  Bopo: /\p{Script=Bopomofo}/u,
};

/** Nothing to print: controls, formatting characters, line ends, private use, the unassigned. */
const nothing = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Reads every font and finds which characters it prints, and of these the scripts and the marks. */
export function fontCoverage(source: FontSource): FontCoverage {
  const harfbuzz = startHarfBuzz(source('harfbuzz.wasm'));
  const covered = new Set<number>();
  const fonts: Record<string, string> = {};
  for (const [id, script] of Object.entries(fontScripts)) {
    const font = harfbuzz.open(source(`${id}.ttf`));
    const own = new Set(joiningScripts.includes(script) ? joiners : []);
    for (let codePoint = 0x20; codePoint <= 0x3ffff; codePoint++) {
      const character = String.fromCodePoint(codePoint);
      if (nothing.test(character) || character.normalize('NFC') !== character) continue;
      if (harfbuzz.has(font, codePoint)) own.add(codePoint);
    }
    for (const codePoint of own) covered.add(codePoint);
    fonts[id] = encodeRanges(own);
  }
  const coveredLike = (pattern: RegExp) =>
    encodeRanges([...covered].filter((codePoint) => pattern.test(String.fromCodePoint(codePoint))));
  const scripts = Object.entries(scriptPatterns).map(([tag, pattern]) => [tag, coveredLike(pattern)] as const);
  return {
    fonts,
    scripts: Object.fromEntries(scripts.filter(([, ranges]) => ranges !== '')),
    marks: coveredLike(/[\p{M}\u200c\u200d]/u),
  };
}
