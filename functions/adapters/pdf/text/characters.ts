import { fontHas, isJoiner, isMark, scriptOf } from './coverage.ts';
import { hanOrder, latinFonts, scriptFonts } from './font-list.ts';

/** A character with the marks and joiners that follow it, by its place in the text, in UTF-16 units. */
export type Character = { start: number; end: number; codePoint: number };

/** Splits a text into what one font must print whole. */
export function charactersOf(text: string): Character[] {
  const characters: Character[] = [];
  let last: Character | undefined;
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at) ?? 0;
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (last && isMark(codePoint)) last.end = next;
    else {
      last = { start: at, end: next, codePoint };
      characters.push(last);
    }
    at = next;
  }
  return characters;
}

/** Does the font have the character and all of its marks? A joiner must have a letter to join: elsewhere it would hide. */
export function prints(font: string, text: string, { start, end, codePoint }: Character): boolean {
  if (!fontHas(font, codePoint)) return false;
  for (let at = start + (codePoint > 0xffff ? 2 : 1); at < end; ) {
    const mark = text.codePointAt(at) ?? 0;
    if (!fontHas(font, mark) || (isJoiner(mark) && scriptOf(codePoint) === '')) return false;
    at += mark > 0xffff ? 2 : 1;
  }
  return true;
}

/**
 * Is all of a text letters of the Latin script and what scripts share, each of one character without marks behind it,
 * and in the font? Most texts are, and then there is nothing to choose: the same answer in less than a microsecond.
 */
export function isPlainLatin(text: string, font: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Marks begin at U+0300; U+1E00 to U+1EFF are letters with one or two of them.
    if (unit >= 0x300 && (unit < 0x1e00 || unit > 0x1eff)) return false;
    if (!fontHas(font, unit)) return false;
    const script = scriptOf(unit);
    if (script !== 'Latn' && script !== '') return false;
  }
  return true;
}

/** Characters, with their marks, that no font of ours prints; each once, in the order of the text. */
export function unprintableIn(given: string): string[] {
  const text = given.normalize('NFC');
  if (isPlainLatin(text, latinFonts.regular)) return [];
  const fonts = [latinFonts.regular, ...scriptFonts, ...hanOrder('', undefined)];
  const missing = charactersOf(text).filter((character) => !fonts.some((font) => prints(font, text, character)));
  return [...new Set(missing.map(({ start, end }) => text.slice(start, end)))];
}
