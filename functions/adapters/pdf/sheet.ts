import { utf16Hex } from './font-embedding.ts';
import type { FaceName, ShapedGlyph, ShapedWord } from './fonts.ts';
import type { Span, TextLine, Typesetter } from './typesetting.ts';

/** One page in the making: points from its lower left corner. */
export type Sheet = {
  width: number;
  height: number;
  /** Draws a line of text with its baseline at `y`, beginning at `x`. */
  text(line: TextLine, x: number, y: number): void;
  /** The same with its middle, or its end, at `x`. */
  textCentred(line: TextLine, x: number, y: number): void;
  textEnding(line: TextLine, x: number, y: number): void;
  rule(fromX: number, toX: number, y: number, thickness: number, colour: string): void;
  /** Strokes or fills a path given in PDF path operators, moved to (`x`, `y`). */
  stroke(path: string, thickness: number, colour: string, x?: number, y?: number): void;
  fill(path: string, colour: string, x?: number, y?: number): void;
  /** An area that leads to an address. */
  link(address: string, area: { x: number; y: number; width: number; height: number }): void;
};

export type SheetContent = { operators: string; links: { address: string; rectangle: number[] }[] };

/** Names of the fonts in a page's resources. */
export const fontKeys: Record<FaceName, string> = { regular: 'R', italic: 'I', bold: 'B' };

/** Writes a page's operators. `code` gives a glyph its code in the document. */
export function sheet(
  size: { width: number; height: number },
  type: Typesetter,
  code: (face: FaceName, glyph: ShapedGlyph) => string,
): { sheet: Sheet; content(): SheetContent } {
  const out: string[] = [];
  const links: SheetContent['links'] = [];

  function text(line: TextLine, x: number, y: number): void {
    let at = x;
    for (const span of line.spans) {
      const { face, words, space } = type.shape(span);
      const shown = showing(words, space, span, (glyph) => code(face, glyph));
      const { size, colour } = span.style;
      out.push(
        `BT /${fontKeys[face]} ${number(size)} Tf ${rgb(colour)} rg 1 0 0 1 ${number(at)} ${number(y)} Tm ${shown} ET`,
      );
      at += type.width(span);
    }
  }
  function paint(path: string, state: string, operator: string, x: number, y: number): void {
    out.push(`q 1 0 0 1 ${number(x)} ${number(y)} cm ${state}\n${path} ${operator} Q`);
  }
  return {
    sheet: {
      ...size,
      text,
      textCentred: (line, x, y) => text(line, x - line.width / 2, y),
      textEnding: (line, x, y) => text(line, x - line.width, y),
      rule(fromX, toX, y, thickness, colour) {
        paint(`${number(fromX)} 0 m ${number(toX)} 0 l`, `${number(thickness)} w ${rgb(colour)} RG`, 'S', 0, y);
      },
      stroke(path, thickness, colour, x = 0, y = 0) {
        paint(path, `${number(thickness)} w 1 j ${rgb(colour)} RG`, 'S', x, y);
      },
      fill(path, colour, x = 0, y = 0) {
        paint(path, `${rgb(colour)} rg`, 'f', x, y);
      },
      link(address, { x, y, width, height }) {
        links.push({ address, rectangle: [x, y, x + width, y + height].map((length) => Number(number(length))) });
      },
    },
    content: () => ({ operators: out.join('\n'), links }),
  };
}

/**
 * The operators that show a span: kerning and tracking as adjustments, raised or lowered marks as text rise. A word with
 * marks says its text, because readers that go by positions see a gap after a mark that was moved back over its letter.
 */
function showing(words: ShapedWord[], space: ShapedWord, span: Span, code: (glyph: ShapedGlyph) => string): string {
  const tracking = span.style.tracking ?? 0;
  const run = glyphRun(span.style.size, code);
  words.forEach((word, i) => {
    if (i > 0) for (const glyph of space.glyphs) run.show(glyph, tracking);
    const hasMarks = word.glyphs.some(({ dx, dy }) => dx !== 0 || dy !== 0);
    if (hasMarks)
      run.operator(`/Span << /ActualText <FEFF${utf16Hex(word.glyphs.map(({ text }) => text).join(''))}> >> BDC`);
    for (const glyph of word.glyphs) run.show(glyph, tracking);
    if (hasMarks) run.operator('EMC');
  });
  return run.end();
}

function glyphRun(size: number, code: (glyph: ShapedGlyph) => string) {
  const operators: string[] = [];
  let items: string[] = [];
  let codes = '';
  let adjust = 0;
  let rise = 0;
  const endCodes = () => {
    if (codes !== '') items.push(`<${codes}>`);
    codes = '';
  };
  const operator = (text: string) => {
    endCodes();
    if (items.length > 0) operators.push(`[${items.join(' ')}] TJ`);
    items = [];
    operators.push(text);
  };
  return {
    operator,
    show(glyph: ShapedGlyph, tracking: number) {
      if (glyph.dy !== rise) {
        rise = glyph.dy;
        operator(`${number((rise * size) / 1000)} Ts`);
      }
      adjust -= glyph.dx;
      // Less than half a thousandth is carried on to the next glyph.
      if (Math.abs(adjust) >= 0.5) {
        endCodes();
        items.push(number(adjust));
        adjust = 0;
      }
      codes += code(glyph);
      adjust += glyph.width + glyph.dx - glyph.advance - tracking;
    },
    end() {
      operator(rise === 0 ? '' : '0 Ts');
      return operators.filter((text) => text !== '').join(' ');
    },
  };
}

/** Two decimals: a seven-thousandth of an inch at most, and short. */
export function number(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

function rgb(colour: string): string {
  return [1, 3, 5]
    .map((at) => String(Math.round((Number.parseInt(colour.slice(at, at + 2), 16) / 255) * 1000) / 1000))
    .join(' ');
}
