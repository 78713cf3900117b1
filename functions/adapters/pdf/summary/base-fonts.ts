import { apart } from '../file/characters.ts';
import { fontObjects, type RawObject } from '../file/font-objects.ts';
import { type GlyphCodes, glyphCollection } from '../file/glyph-codes.ts';
import { compressed } from '../file/static-bytes.ts';
import type { FaceName, Typefaces } from '../text/typefaces.ts';

/** What nearly all of a record is written in: ids, hashes, dates and registered texts. */
const alphabet = `${String.fromCharCode(...Array.from({ length: 0x5f }, (_, i) => 0x20 + i))}\u00a7\u00b7\u2010\u2013\u2014\u2018\u2019\u201c\u201d\u2026`;
const faces = ['regular', 'bold'] as const;
export type SummaryFace = Extract<FaceName, (typeof faces)[number]>;

/** By code unit. A width is not a number where the alphabet lacks the character. */
type Face = { key: string; literals: string[]; widths: Float64Array };

const emptyFace = (): Face => {
  const units = 1 + Math.max(...[...alphabet].map((letter) => letter.charCodeAt(0)));
  return { key: '', literals: new Array<string>(units).fill(''), widths: new Float64Array(units).fill(Number.NaN) };
};

/**
 * The fonts that every summary begins with, embedded once for all. Text of their alphabet is set character by character,
 * as type without kerning: shaping each of so many words would be most of what a summary costs.
 */
export type BaseFonts = {
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
  const { fonts, codes } = glyphs.close(typefaces, 'F');
  const known = Object.fromEntries(
    faces.map((face, i) => {
      const set = emptyFace();
      for (const run of shaped[i]?.runs ?? [])
        for (const glyph of run.glyphs) {
          const code = codes.codeOf(run.font, glyph);
          if (!code || glyph.text.length !== 1) continue;
          set.key = code.key;
          set.literals[glyph.text.charCodeAt(0)] = code.literal;
          set.widths[glyph.text.charCodeAt(0)] = code.width;
        }
      return [face, set];
    }),
  ) as Record<SummaryFace, Face>;
  let next = first;
  const objects: RawObject[] = [];
  let resources = '';
  for (const { key, embedded } of fonts) {
    const at = { font: next, descendant: next + 1, descriptor: next + 2, file: next + 3, toUnicode: next + 4 };
    next += 5;
    for (const { number, body, bytes } of fontObjects(embedded, at))
      objects.push(bytes ? compressed(number, bytes, body.slice(2)) : { number, body });
    resources += `/${key} ${at.font} 0 R`;
  }
  return {
    codes,
    resources,
    objects,
    widthOf(text, face) {
      const { widths } = known[face];
      let width = 0;
      for (let i = 0; i < text.length; i++) width += widths[text.charCodeAt(i)] ?? Number.NaN;
      return width;
    },
    show(text, face) {
      const set = known[face];
      let literal = '';
      for (let i = 0; i < text.length; i++) literal += set.literals[text.charCodeAt(i)];
      return { key: set.key, literal };
    },
  };
}
