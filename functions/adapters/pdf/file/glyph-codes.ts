import type { OpenFont, ShapedGlyph, Typefaces } from '../text/typefaces.ts';
import type { CommonGlyphs } from './common-glyphs.ts';
import type { EmbeddedFont } from './font-objects.ts';
import { literalCode } from './pdf-text.ts';

/**
 * How a document shows a glyph: the font's name in the resources, its number in the subset, the code as a literal string
 * has it, the text that it extracts as and the font's own advance.
 */
export type GlyphCode = { key: string; number: number; literal: string; text: string; width: number };
export type GlyphCodes = { codeOf(fontId: string, glyph: ShapedGlyph): GlyphCode | undefined };

/** Glyphs that are to share one document, by font. The first text that a glyph is shown for is the one it extracts as. */
export type GlyphCollection = {
  add(fontId: string, glyph: Pick<ShapedGlyph, 'id' | 'text'>): void;
  /** The fonts as `prefix0`, `prefix1` and so on, with the codes of their glyphs. */
  close(typefaces: Typefaces, prefix: string): { fonts: { key: string; embedded: EmbeddedFont }[]; codes: GlyphCodes };
};

/** @param common where half of these are asked for, all of them become a font, and the face's others another one */
export function glyphCollection(common?: CommonGlyphs): GlyphCollection {
  const collected = new Map<string, Map<number, string>>();
  return {
    add(fontId, { id, text }) {
      let glyphs = collected.get(fontId);
      if (!glyphs) {
        glyphs = new Map();
        collected.set(fontId, glyphs);
      }
      const known = glyphs.get(id);
      if (known === undefined || known === '') glyphs.set(id, text);
    },
    close(typefaces, prefix) {
      const codes = new Map<string, Map<number, GlyphCode>>();
      const fonts = parted(collected, common).map(([fontId, glyphs], i) => {
        const key = `${prefix}${i}`;
        let codesOf = codes.get(fontId);
        if (!codesOf) {
          codesOf = new Map();
          codes.set(fontId, codesOf);
        }
        return { key, embedded: embed(typefaces.font(fontId), glyphs, key, codesOf) };
      });
      return { fonts, codes: { codeOf: (fontId, glyph) => codes.get(fontId)?.get(glyph.id) } };
    },
  };
}

type FontGlyphs = readonly [fontId: string, glyphs: ReadonlyMap<number, string>];

/** The fonts to embed, each with its glyphs. */
function parted(collected: Map<string, Map<number, string>>, common: CommonGlyphs | undefined): FontGlyphs[] {
  const wanted = common && collected.get(common.font);
  if (!wanted) return [...collected];
  const rest = [...wanted].filter(([glyph]) => !common.glyphs.has(glyph));
  if (wanted.size - rest.length < common.glyphs.size / 2) return [...collected];
  const others = [...collected].filter(([fontId]) => fontId !== common.font);
  const more: FontGlyphs[] = rest.length > 0 ? [[common.font, new Map(rest)]] : [];
  return [[common.font, common.glyphs], ...more, ...others];
}

/** Adds the glyphs' codes to `codes`. */
function embed(
  font: OpenFont,
  glyphs: ReadonlyMap<number, string>,
  key: string,
  codes: Map<number, GlyphCode>,
): EmbeddedFont {
  const subset = font.subset(glyphs.keys());
  const shown: EmbeddedFont['shown'] = [];
  for (const [glyph, text] of glyphs) {
    const code = subset.idOf(glyph);
    const width = font.widthOf(glyph);
    shown.push({ code, width, text });
    codes.set(glyph, { key, number: code, literal: literalCode(code), text, width });
  }
  shown.sort((a, b) => a.code - b.code);
  return { font, file: subset.bytes, sum: subset.sum, shown };
}
