import fontkit, { type Font } from '@pdf-lib/fontkit';

export type FaceName = 'regular' | 'italic' | 'bold';
export const faceNames: readonly FaceName[] = ['regular', 'italic', 'bold'];

/** The TrueType files of one family, as bytes: the caller reads them, from `templates/fonts/` or from beside its bundle. */
export type FontFiles = Record<FaceName, Uint8Array>;

/** OpenType features beyond the script's own. Ligatures are off where letters are spaced or small capitals. */
export type Features = { smcp?: true; tnum?: true; liga?: false };

/** One glyph of a shaped word. Lengths in thousandths of the type size; `text` is what it extracts as. */
export type ShapedGlyph = { id: number; text: string; width: number; advance: number; dx: number; dy: number };
export type ShapedWord = { glyphs: ShapedGlyph[]; advance: number };

/** A font, parsed once per process, that remembers how it set a word. */
export type Face = {
  font: Font;
  has(text: string): boolean;
  shape(word: string, features: Features): ShapedWord;
};
export type Faces = Record<FaceName, Face>;

/** Words remembered per font: enough for both programs' frameworks; a name passes through and is forgotten. */
const maxRememberedWords = 5_000;

export function openFaces(files: FontFiles): Faces {
  return { regular: openFace(files.regular), italic: openFace(files.italic), bold: openFace(files.bold) };
}

function openFace(bytes: Uint8Array): Face {
  const font = fontkit.create(bytes);
  const remembered = new Map<string, ShapedWord>();
  return {
    font,
    has: (text) => [...text].every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)),
    shape(word, features) {
      const key = `${features.smcp ?? ''}|${features.tnum ?? ''}|${features.liga ?? ''}|${word}`;
      let shaped = remembered.get(key);
      if (!shaped) {
        if (remembered.size >= maxRememberedWords) remembered.clear();
        shaped = shapeWord(font, word, features);
        remembered.set(key, shaped);
      }
      return shaped;
    },
  };
}

/** Latin ligatures, longest first, by the presentation forms that the fonts map. */
const ligatures = [
  ['ffi', '\ufb03'],
  ['ffl', '\ufb04'],
  ['ff', '\ufb00'],
  ['fi', '\ufb01'],
  ['fl', '\ufb02'],
] as const;

/**
 * Sets one word. What a glyph extracts as is counted off from the word itself: fontkit keeps one text per glyph for the
 * life of the font, whichever letter, or part of a letter, asked for that glyph first. So every character makes exactly
 * one glyph here; ligatures are characters of their own before fontkit sees them.
 */
function shapeWord(font: Font, word: string, features: Features): ShapedWord {
  const scale = 1000 / font.unitsPerEm;
  const characters = features.liga === false ? plain(word) : ligated(word);
  const run = font.layout(characters.map(({ character }) => character).join(''), { ...features, liga: false });
  if (run.glyphs.length !== characters.length)
    throw new Error('a font splits or joins characters: see templates/fonts/README.md');
  const glyphs = characters.map(({ text }, i) => {
    const [glyph, position] = [run.glyphs[i], run.positions[i]];
    // Glyph 0 is the box of a missing character; the content was checked before it got here.
    if (!glyph || !position || glyph.id === 0) throw new Error('a character without a glyph reached the typesetter');
    return {
      id: glyph.id,
      text,
      width: glyph.advanceWidth * scale,
      advance: position.xAdvance * scale,
      dx: position.xOffset * scale,
      dy: position.yOffset * scale,
    };
  });
  return { glyphs, advance: glyphs.reduce((sum, glyph) => sum + glyph.advance, 0) };
}

function plain(word: string): { character: string; text: string }[] {
  return [...word].map((character) => ({ character, text: character }));
}

function ligated(word: string): { character: string; text: string }[] {
  return word.split(/(ffi|ffl|ff|fi|fl)/).flatMap((part) => {
    const ligature = ligatures.find(([letters]) => letters === part);
    return ligature ? [{ character: ligature[1], text: part }] : plain(part);
  });
}
