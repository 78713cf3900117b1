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
  const glyphs = new Map<string, GlyphCode>();
  // Apart, so that none changes for its neighbour; together, since each call costs a cold process dearly.
  const { shaped } = type.set({ text: apart(alphabet), style: { face: 'regular', size: 10, colour: '#000000' } });
  for (const run of shaped.runs) {
    for (const glyph of run.glyphs) {
      const code = codes.codeOf(run.font, glyph);
      if (code && alphabet.includes(glyph.text)) glyphs.set(glyph.text, code);
    }
  }
  const setCharacters = (text: string): SetCharacters | undefined => {
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
    return { text, key, width, operators: `(${literal})Tj\n` };
  };
  // An id stands on every page.
  let last: SetCharacters | undefined;
  return (text, style) => {
    if (style.face !== 'regular') return undefined;
    const set = last?.text === text ? last : setCharacters(text);
    if (!set) return undefined;
    last = set;
    const { key, operators, width } = set;
    return { state: textState(style, key), operators, ends: true, width: (width * style.size) / 1000 };
  };
}

type SetCharacters = { text: string; key: string; width: number; operators: string };

/** Characters with a space between any two: set as one text, each is as it is alone. */
export function apart(alphabet: string): string {
  return [...alphabet].join(' ');
}
