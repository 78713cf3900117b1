import type { FaceName, ShapedText, TextOptions, Typefaces } from '../text/typefaces.ts';

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
/** A span as its font sets it; `width` in points. */
export type SetSpan = { shaped: ShapedText; style: TextStyle; width: number };
/** One line, its spans from left to right. */
export type TextLine = { spans: SetSpan[]; width: number };

/** Sets text in the language and direction of one template, and remembers what it has set. */
export type Typesetter = {
  rtl: boolean;
  set(span: Span): SetSpan;
};

export function typesetter(typefaces: Typefaces, template: { language: string; rtl: boolean }): Typesetter {
  const shapes = new Map<string, ShapedText>();
  return {
    rtl: template.rtl,
    set({ text, style }) {
      const key = `${style.face}${style.smallCaps ?? ''}${style.tabular ?? ''}${style.tracking ? 1 : 0}|${text}`;
      let shaped = shapes.get(key);
      if (!shaped) {
        shaped = typefaces.shape(text, optionsOf(style, template.language));
        shapes.set(key, shaped);
      }
      return setSpan(shaped, style);
    },
  };
}

export function setSpan(shaped: ShapedText, given: TextStyle): SetSpan {
  // Letters of scripts that join them must not be spaced.
  const style = given.tracking && !isLatinFamily(shaped) ? { ...given, tracking: 0 } : given;
  const tracking = style.tracking ? style.tracking * advancing(shaped) : 0;
  return { shaped, style, width: ((shaped.advance + tracking) * style.size) / 1000 };
}

/** In the certificate's own family, which has Latin, Greek and Cyrillic letters. */
export function isLatinFamily({ runs }: ShapedText): boolean {
  return runs.every(({ font }) => font.startsWith('EBGaramond'));
}

/** Glyphs that letters are spaced after: a mark on a letter is not one. */
function advancing(shaped: ShapedText): number {
  return shaped.runs.reduce((sum, run) => sum + run.glyphs.filter(({ advance }) => advance > 0).length, 0);
}

function optionsOf(style: TextStyle, language: string): TextOptions {
  const features = {
    ...(style.smallCaps && { smcp: true as const }),
    ...(style.tabular && { tnum: true as const }),
    ...((style.tracking || style.smallCaps) && { liga: false as const }),
  };
  return { face: style.face, features, language };
}

export function lineOf(type: Typesetter, spans: Span[]): TextLine {
  const set = spans.map((span) => type.set(span));
  if (type.rtl) set.reverse();
  return { spans: set, width: set.reduce((sum, span) => sum + span.width, 0) };
}
