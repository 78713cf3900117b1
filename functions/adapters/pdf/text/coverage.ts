import coverage from './coverage.json' with { type: 'json' };
import { decodeRanges, inRanges } from './ranges.ts';
import { remembered } from './remembered.ts';

// What the fonts hold, known without reading one: enrollment asks too, and a font of Han characters takes megabytes.
// Made by `npm run printable`; each list is unpacked when it is first asked for.

const fonts = remembered((id) => decodeRanges((coverage.fonts as Record<string, string>)[id] ?? ''));
const scripts = remembered((tag) => decodeRanges((coverage.scripts as Record<string, string>)[tag] ?? ''));
const scriptTags = Object.keys(coverage.scripts);
const marks = decodeRanges(coverage.marks);

/** Has the font a glyph for the character (of a text in NFC)? */
export function fontHas(font: string, codePoint: number): boolean {
  if (codePoint >= endOfAlphabets) return inRanges(fonts(font), codePoint);
  const known = answers(font);
  let answer = known[codePoint];
  if (answer === 0) {
    answer = inRanges(fonts(font), codePoint) ? 2 : 1;
    known[codePoint] = answer;
  }
  return answer === 2;
}

/** Below it are the letters of all scripts but those of the Far East. */
const endOfAlphabets = 0x2100;
/** By font and character: 0 before it was looked for, then 1 for no and 2 for yes. */
const answers = remembered((_font) => new Uint8Array(endOfAlphabets));
const scriptAnswers: (string | undefined)[] = [];

/** Four letters of ISO 15924, or '' for what several scripts share (digits, spaces, punctuation, most marks). */
export function scriptOf(codePoint: number): string {
  if (codePoint < 0x80) return isAsciiLetter(codePoint) ? 'Latn' : '';
  if (codePoint >= endOfAlphabets) return searchScripts(codePoint);
  let tag = scriptAnswers[codePoint];
  if (tag === undefined) {
    tag = searchScripts(codePoint);
    scriptAnswers[codePoint] = tag;
  }
  return tag;
}

function searchScripts(codePoint: number): string {
  return scriptTags.find((tag) => inRanges(scripts(tag), codePoint)) ?? '';
}

/** Does the character belong to the one before it: a combining mark, or a joiner? */
export function isMark(codePoint: number): boolean {
  return codePoint >= 0x300 && inRanges(marks, codePoint);
}

/** ZWNJ and ZWJ: they shape the letters before and after them, and print nothing. */
export function isJoiner(codePoint: number): boolean {
  return codePoint === 0x200c || codePoint === 0x200d;
}

function isAsciiLetter(codePoint: number): boolean {
  const small = codePoint | 0x20;
  return small >= 0x61 && small <= 0x7a;
}
