import type { OpenFont, ShapedGlyph, Typefaces } from '../text/typefaces.ts';
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
  add(fontId: string, glyph: ShapedGlyph): void;
  /** The fonts as `prefix0`, `prefix1` and so on, with the codes of their glyphs. */
  close(typefaces: Typefaces, prefix: string): { fonts: { key: string; embedded: EmbeddedFont }[]; codes: GlyphCodes };
};

export function glyphCollection(): GlyphCollection {
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
      const fonts = [...collected].map(([fontId, glyphs], i) => {
        const key = `${prefix}${i}`;
        const { embedded, codesOf } = embed(typefaces.font(fontId), glyphs, key);
        codes.set(fontId, codesOf);
        return { key, embedded };
      });
      return { fonts, codes: { codeOf: (fontId, glyph) => codes.get(fontId)?.get(glyph.id) } };
    },
  };
}

function embed(font: OpenFont, glyphs: Map<number, string>, key: string) {
  const subset = font.subset(glyphs.keys());
  const codesOf = new Map<number, GlyphCode>();
  const shown: EmbeddedFont['shown'] = [];
  for (const [glyph, text] of glyphs) {
    const code = subset.idOf(glyph);
    const width = font.widthOf(glyph);
    shown.push({ code, width, text });
    codesOf.set(glyph, { key, number: code, literal: literalCode(code), text, width });
  }
  shown.sort((a, b) => a.code - b.code);
  return { embedded: { font, kind: subset.kind, file: subset.bytes, shown }, codesOf };
}
