import type { FaceName, Faces, Features, ShapedWord } from './fonts.ts';

/** How a piece of text looks. `size` in points, `tracking` (space after each letter) in thousandths of the size. */
export type TextStyle = {
  face: FaceName;
  size: number;
  colour: string;
  tracking?: number;
  /** Lower-case letters as small capitals; the text keeps its case. */
  smallCaps?: true;
  /** Figures of one width, for columns. */
  tabular?: true;
};
export type Span = { text: string; style: TextStyle };
export type TextLine = { spans: Span[]; width: number };

/** Turns spans into shaped words. Word by word, so that what is measured and what is drawn cannot differ. */
export type Typesetter = {
  /** The span's words, each followed by a space but for the last. */
  shape(span: Span): { face: FaceName; words: ShapedWord[]; space: ShapedWord };
  /** Points. */
  width(span: Span): number;
};

export function typesetter(faces: Faces): Typesetter {
  function shape(span: Span) {
    // The italic lacks some letters of African languages that the upright has.
    const face = faces[span.style.face].has(span.text) ? span.style.face : 'regular';
    const features = featuresOf(span.style);
    return {
      face,
      words: span.text.split(' ').map((word) => faces[face].shape(word, features)),
      space: faces[face].shape(' ', features),
    };
  }
  return {
    shape,
    width(span) {
      const { words, space } = shape(span);
      const tracking = span.style.tracking ?? 0;
      const spaces = (words.length - 1) * (space.advance + tracking);
      const letters = words.reduce((sum, word) => sum + word.advance + tracking * word.glyphs.length, 0);
      return ((letters + spaces) * span.style.size) / 1000;
    },
  };
}

function featuresOf(style: TextStyle): Features {
  return {
    ...(style.smallCaps && { smcp: true as const }),
    ...(style.tabular && { tnum: true as const }),
    ...((style.tracking || style.smallCaps) && { liga: false as const }),
  };
}

export function lineOf(type: Typesetter, spans: Span[]): TextLine {
  return { spans, width: spans.reduce((sum, span) => sum + type.width(span), 0) };
}
