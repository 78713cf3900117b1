import type { Shown } from '../layout/individual.ts';
import type { TextStyle, Typesetter } from '../layout/typesetting.ts';
import type { GlyphCode, GlyphCodes } from './glyph-codes.ts';
import { textState } from './showing.ts';

/**
 * Shows ids and codes character by character, as type without kerning: they are read one by one, and differ on every
 * certificate, so that shaping each would be the dearest part of it. Undefined for a text with any other character.
 */
export function characterShower(
  type: Typesetter,
  codes: GlyphCodes,
  alphabet: string,
): (text: string, style: TextStyle) => Shown | undefined {
  const faces = { regular: glyphsOf('regular'), bold: glyphsOf('bold'), italic: new Map<string, GlyphCode>() };
  function glyphsOf(face: 'regular' | 'bold'): Map<string, GlyphCode> {
    const glyphs = new Map<string, GlyphCode>();
    for (const character of alphabet) {
      const { shaped } = type.set({ text: character, style: { face, size: 10, colour: '#000000' } });
      const [run] = shaped.runs;
      const [glyph, ...more] = run?.glyphs ?? [];
      const code = run && glyph && more.length === 0 ? codes.codeOf(run.font, glyph) : undefined;
      if (code) glyphs.set(character, code);
    }
    return glyphs;
  }
  return (text, style) => {
    const glyphs = faces[style.face];
    let key = '';
    let literal = '';
    let width = 0;
    for (let i = 0; i < text.length; i++) {
      const code = glyphs.get(text[i] as string);
      if (!code || (key !== '' && code.key !== key)) return undefined;
      key = code.key;
      literal += code.literal;
      width += code.width;
    }
    const state = textState(style, key);
    return { state, operators: `(${literal})Tj\n`, ends: true, width: (width * style.size) / 1000 };
  };
}
