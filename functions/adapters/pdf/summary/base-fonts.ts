import { apart } from '../file/characters.ts';
import { type EmbeddedFont, fontObjects, type RawObject } from '../file/font-objects.ts';
import { type GlyphCode, type GlyphCodes, glyphCollection } from '../file/glyph-codes.ts';
import { compressed } from '../file/static-bytes.ts';
import type { FaceName, Typefaces } from '../text/typefaces.ts';

/** What nearly all of a record is written in: ids, hashes, dates and registered texts. */
const alphabet = `${String.fromCharCode(...Array.from({ length: 0x5f }, (_, i) => 0x20 + i))}\u00a7\u00b7\u2010\u2013\u2014\u2018\u2019\u201c\u201d\u2026`;
const faces = ['regular', 'bold'] as const;
export type SummaryFace = Extract<FaceName, (typeof faces)[number]>;

/** By code unit. A width is not a number where the alphabet lacks the character. */
type Face = { key: string; widths: Float64Array };

const emptyFace = (): Face => {
  const units = 1 + Math.max(...[...alphabet].map((letter) => letter.charCodeAt(0)));
  return { key: '', widths: new Float64Array(units).fill(Number.NaN) };
};

/** What shows a character: itself, where it is ASCII, so that a page's text is written as it is; the others behind. */
const byteOf = new Map([...alphabet].map((letter, i) => [letter, letter < '\u0080' ? letter.charCodeAt(0) : 0x21 + i]));
const literalOf = (letter: string) => {
  const byte = String.fromCharCode(byteOf.get(letter) ?? 0);
  return needsEscape.test(byte) ? `\\${byte}` : byte;
};
const needsEscape = /[()\\]/;
const notItself = /[()\\\u0080-\uffff]/;
const eachNotItself = /[()\\\u0080-\uffff]/g;

/**
 * The fonts that every summary begins with, embedded once for all. Text of their alphabet is set character by character,
 * as type without kerning: shaping each of so many words would be most of what a summary costs.
 */
export type BaseFonts = {
  /** By bytes, as `show` has them. */
  codes: GlyphCodes;
  /** Entries of the resources' font dictionary. */
  resources: string;
  objects: readonly RawObject[];
  /** In 1/1000 em; NaN where a character is not of the alphabet. */
  widthOf(text: string, face: SummaryFace): number;
  /** The font's name, and the text as a literal string has it. */
  show(text: string, face: SummaryFace): { key: string; literal: string };
};

/** @param first the number of the first object */
export function baseFonts(typefaces: Typefaces, first: number): BaseFonts {
  const glyphs = glyphCollection();
  const shaped = faces.map((face) => typefaces.shape(apart(alphabet), { face, features: { liga: false } }));
  for (const { runs } of shaped) for (const run of runs) for (const glyph of run.glyphs) glyphs.add(run.font, glyph);
  const { fonts, codes: glyphNumbers } = glyphs.close(typefaces, 'F');
  const bytes = new Map<string, NonNullable<EmbeddedFont['bytes']>>(fonts.map(({ key }) => [key, []]));
  const byGlyph = new Map<string, GlyphCode>();
  const known = Object.fromEntries(
    faces.map((face, i) => {
      const set = emptyFace();
      for (const run of shaped[i]?.runs ?? [])
        for (const glyph of run.glyphs) {
          const code = glyphNumbers.codeOf(run.font, glyph);
          const byte = byteOf.get(glyph.text);
          if (!code || byte === undefined || !Number.isNaN(set.widths[glyph.text.charCodeAt(0)])) continue;
          set.key = code.key;
          set.widths[glyph.text.charCodeAt(0)] = code.width;
          bytes.get(code.key)?.push({ byte, code: code.number, text: glyph.text });
          const name = `${run.font} ${glyph.id}`;
          if (!byGlyph.has(name)) byGlyph.set(name, { ...code, literal: literalOf(glyph.text), text: glyph.text });
        }
      return [face, set];
    }),
  ) as Record<SummaryFace, Face>;
  let next = first;
  const objects: RawObject[] = [];
  let resources = '';
  for (const { key, embedded } of fonts) {
    const [font, descendant, descriptor, file] = [next, next + 1, next + 2, next + 3];
    const at = { font, descendant, descriptor, file, toUnicode: next + 4, encoding: next + 5 };
    next += 6;
    const ofBytes = (bytes.get(key) ?? []).sort((a, b) => a.byte - b.byte);
    for (const { number, body, bytes } of fontObjects({ ...embedded, bytes: ofBytes }, at))
      objects.push(bytes ? compressed(number, bytes, body.slice(2)) : { number, body });
    resources += `/${key} ${at.font} 0 R`;
  }
  return {
    codes: { codeOf: (font, glyph) => byGlyph.get(`${font} ${glyph.id}`) },
    resources,
    objects,
    widthOf(text, face) {
      const { widths } = known[face];
      let width = 0;
      for (let i = 0; i < text.length; i++) width += widths[text.charCodeAt(i)] ?? Number.NaN;
      return width;
    },
    show(text, face) {
      const { key } = known[face];
      return { key, literal: notItself.test(text) ? text.replaceAll(eachNotItself, literalOf) : text };
    },
  };
}
