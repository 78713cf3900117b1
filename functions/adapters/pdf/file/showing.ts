import type { Shown } from '../layout/individual.ts';
import type { SetSpan } from '../layout/typesetting.ts';
import type { GlyphRun, ShapedGlyph } from '../text/typefaces.ts';
import type { GlyphCode, GlyphCodes } from './glyph-codes.ts';
import { number, rgb, utf16Hex } from './pdf-text.ts';

/**
 * Shows a span from where the text matrix stands: kerning and tracking as adjustments, raised or lowered marks as text
 * rise.
 *
 * @throws Error where a glyph has no code: the caller collects before it shows.
 */
export function showing(span: SetSpan, codes: GlyphCodes): Shown {
  return shownIn(span, operatorsOf(span, codes));
}

/** What shows a span: `size`, where it holds for that size alone. */
export type Operators = { font: string; operators: string; ends: boolean; size?: number };

/** The span as these operators show it: its own, or, unless they hold for one size, its text's in another size. */
export function shownIn({ style, width }: SetSpan, { font, operators, ends }: Operators): Shown {
  return { state: textState(style, font), operators, ends, width };
}

export function operatorsOf({ shaped, style }: SetSpan, codes: GlyphCodes): Operators {
  const first = shaped.runs[0]?.glyphs[0];
  const font = first ? codeOf(codes, shaped.runs[0]?.font ?? '', first).key : '';
  const pen: Pen = {
    size: style.size,
    anySize: true,
    tracking: style.tracking ?? 0,
    font,
    out: '',
    items: '',
    literal: '',
    adjust: 0,
    rise: 0,
  };
  for (const run of shaped.runs) showRun(pen, run, codes);
  endItems(pen);
  return {
    font,
    operators: pen.rise === 0 ? pen.out : `${pen.out}0 Ts\n`,
    ends: pen.font === font,
    ...(!pen.anySize && { size: style.size }),
  };
}

/** What must be set before a text is shown. */
export function textState({ colour, size }: { colour: string; size: number }, font: string): string {
  return font === '' ? '' : `${rgb(colour)} rg/${font} ${number(size)} Tf\n`;
}

type Pen = {
  size: number;
  /** Nothing said so far names the size. */
  anySize: boolean;
  tracking: number;
  font: string;
  out: string;
  items: string;
  literal: string;
  adjust: number;
  rise: number;
};

function showRun(pen: Pen, run: GlyphRun, codes: GlyphCodes): void {
  const { glyphs } = run;
  for (let start = 0; start < glyphs.length; ) {
    let end = start;
    let actual = false;
    const shown: GlyphCode[] = [];
    for (; end < glyphs.length; end++) {
      const glyph = glyphs[end] as ShapedGlyph;
      // A word at a time: what says its text must not swallow the spaces that readers part words by.
      if (glyph.text === ' ') {
        if (end === start) shown.push(codeOf(codes, run.font, glyph));
        break;
      }
      const code = codeOf(codes, run.font, glyph);
      shown.push(code);
      // From right to left, such readers turn what a word says of itself around as if it were drawn that way.
      const isOdd = glyph.dx !== 0 || glyph.dy !== 0 || glyph.text === '';
      actual ||= (!run.rtl && isOdd) || code.text !== glyph.text;
    }
    end = Math.max(end, start + 1);
    // Readers that go by positions see a gap after a mark that was moved back over its letter.
    if (actual) begin(pen, run, start, end);
    for (let i = start; i < end; i++) show(pen, glyphs[i] as ShapedGlyph, shown[i - start] as GlyphCode);
    if (actual) {
      endItems(pen);
      pen.out += 'EMC\n';
    }
    start = end;
  }
}

function codeOf(codes: GlyphCodes, font: string, glyph: ShapedGlyph): GlyphCode {
  const code = codes.codeOf(font, glyph);
  if (!code) throw new Error(`glyph ${glyph.id} of ${font} was not collected before it was shown`);
  return code;
}

function begin(pen: Pen, run: GlyphRun, start: number, end: number): void {
  endItems(pen);
  let text = '';
  for (let i = start; i < end; i++) text = run.rtl ? run.glyphs[i]?.text + text : text + run.glyphs[i]?.text;
  pen.out += `/Span<</ActualText<FEFF${utf16Hex(text)}>>>BDC\n`;
}

function show(pen: Pen, glyph: ShapedGlyph, code: GlyphCode): void {
  if (code.key !== pen.font) {
    endItems(pen);
    pen.anySize = false;
    pen.font = code.key;
    pen.out += `/${code.key} ${number(pen.size)} Tf\n`;
  }
  if (glyph.dy !== pen.rise) {
    endItems(pen);
    pen.anySize = false;
    pen.rise = glyph.dy;
    pen.out += `${number((pen.rise * pen.size) / 1000)} Ts\n`;
  }
  pen.adjust -= glyph.dx;
  // Less than half a thousandth is carried on to the next glyph.
  if (pen.adjust >= 0.5 || pen.adjust <= -0.5) {
    if (pen.literal !== '') pen.items += `(${pen.literal})`;
    pen.literal = '';
    const whole = Math.round(pen.adjust);
    pen.items += whole;
    pen.adjust -= whole;
  }
  pen.literal += code.literal;
  pen.adjust += code.width + glyph.dx - glyph.advance - (glyph.advance > 0 ? pen.tracking : 0);
}

function endItems(pen: Pen): void {
  const whole = `(${pen.literal})`;
  if (pen.literal !== '') pen.items += whole;
  if (pen.items !== '') pen.out += pen.items === whole ? `${whole}Tj\n` : `[${pen.items}]TJ\n`;
  pen.items = '';
  pen.literal = '';
}
