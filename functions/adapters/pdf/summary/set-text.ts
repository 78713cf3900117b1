import { type GlyphCodes, glyphCollection } from '../file/glyph-codes.ts';
import { number, rgb } from '../file/pdf-text.ts';
import { showing } from '../file/showing.ts';
import { wrap } from '../layout/text-fitting.ts';
import {
  type SetSpan,
  type Span,
  type TextLine,
  type TextStyle,
  type Typesetter,
  typesetter,
} from '../layout/typesetting.ts';
import { printed } from '../layout/wording.ts';
import { codePointNames } from '../printable.ts';
import { byScript } from '../text/script-language.ts';
import type { Typefaces } from '../text/typefaces.ts';
import type { BaseFonts, SummaryFace } from './base-fonts.ts';

export type SummaryStyle = { face: SummaryFace; size: number; colour: string };

/** One line and its operators inside a text object: known at once, or when all text of the document is set. */
export type SetLine = { width: number; operators: string | (() => string) };

/** Sets the text of one document. */
export type TextSetter = {
  /** Broken at spaces into lines of at most `width` points; a word wider than that breaks anywhere. */
  lines(text: string, style: SummaryStyle, width: number): SetLine[];
  line(text: string, style: SummaryStyle): SetLine;
  /** Fonts with the glyphs that the base fonts lack. Closes the document's text. */
  close(): ReturnType<ReturnType<typeof glyphCollection>['close']>['fonts'];
};

/** Broken texts by style and width: many documents have the same registered texts. */
export type KnownLines = Map<string, SetLine[]>;
const maxKnown = 2_000;

export function textSetter(base: BaseFonts, typefaces: Typefaces, language: string, known: KnownLines): TextSetter {
  const extra = glyphCollection();
  const type = typesetter(typefaces, { language, rtl: false });
  let codes: GlyphCodes = base.codes;

  const plainLine = (text: string, style: SummaryStyle, width: number): SetLine => {
    const { key, literal } = base.show(text, style.face);
    return { width, operators: `${stateOf(style, key)}(${literal})Tj\n` };
  };
  const shapedLine = (line: TextLine): SetLine => {
    const spans = line.spans.flatMap((span) => spaceApart(span, type));
    for (const { shaped } of spans)
      for (const run of shaped.runs)
        for (const glyph of run.glyphs) if (!base.codes.codeOf(run.font, glyph)) extra.add(run.font, glyph);
    return {
      width: line.width,
      operators() {
        return spans.map((span) => shownSpan(span, codes)).join('');
      },
    };
  };
  const lines: TextSetter['lines'] = (text, style, width) => {
    const whole = (base.widthOf(text, style.face) * style.size) / 1000;
    if (whole <= width) return [plainLine(text, style, whole)];
    if (Number.isNaN(whole))
      return wrap(type, spansOf(printable(printed(text), typefaces), style, language), width).map(shapedLine);
    const key = `${style.face}${style.size}${style.colour}${width}|${text}`;
    let set = known.get(key);
    if (!set) {
      set = broken(base, text, style, width).map((line) =>
        plainLine(line, style, (base.widthOf(line, style.face) * style.size) / 1000),
      );
      if (known.size >= maxKnown) known.clear();
      known.set(key, set);
    }
    return set;
  };
  return {
    lines,
    line: (text, style) => lines(text, style, Number.POSITIVE_INFINITY)[0] ?? plainLine('', style, 0),
    close() {
      const closed = extra.close(typefaces, 'D');
      codes = { codeOf: (font, glyph) => base.codes.codeOf(font, glyph) ?? closed.codes.codeOf(font, glyph) };
      return closed.fonts;
    },
  };
}

/** A reading aid changes its voice for a name in another script. */
function shownSpan(span: SetSpan, codes: GlyphCodes): string {
  const { state, operators } = showing(span, codes);
  if (!isSpoken(span.style)) return state + operators;
  return `/Span<</Lang(${span.style.language})>>BDC\n${state}${operators}EMC\n`;
}

/** The space before the next span: set with a name from right to left, it would stand on the name's other side. */
function spaceApart(span: SetSpan, type: Typesetter): SetSpan[] {
  const { shaped, style } = span;
  if (!isSpoken(style) || !shaped.text.endsWith(' ')) return [span];
  return [type.set({ text: shaped.text.trimEnd(), style }), type.set({ text: ' ', style: style.around })];
}

type SpokenStyle = TextStyle & { language: string; around: SummaryStyle };
const spoken = new WeakMap<SummaryStyle, Map<string, SpokenStyle>>();
const isSpoken = (style: TextStyle): style is SpokenStyle => 'language' in style;

/** Cut where the language changes. Neighbours of one style are set as one, so that each language has one of its own. */
function spansOf(text: string, style: SummaryStyle, language: string): Span[] {
  return byScript(text, language).map((stretch) => {
    if (stretch.language === undefined) return { text: stretch.text, style };
    const known = spoken.get(style) ?? new Map<string, SpokenStyle>();
    spoken.set(style, known);
    const own = known.get(stretch.language) ?? { ...style, language: stretch.language, around: style };
    known.set(stretch.language, own);
    return { text: stretch.text, style: own };
  });
}

/** A record is shown whatever is in it: what no font has is told by its code points. */
function printable(text: string, typefaces: Typefaces): string {
  let shown = text;
  for (const missing of typefaces.unprintable(text))
    shown = shown.replaceAll(missing, `[${codePointNames([missing])}]`);
  return shown.normalize('NFC');
}

function broken(base: BaseFonts, text: string, { face, size }: SummaryStyle, width: number): string[] {
  const room = (width * 1000) / size;
  const space = base.widthOf(' ', face);
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const put = (word: string, wide: number) => {
    if (line !== '' && used + space + wide > room) {
      lines.push(line);
      line = '';
    }
    used = line === '' ? wide : used + space + wide;
    line = line === '' ? word : `${line} ${word}`;
  };
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const wide = base.widthOf(word, face);
    if (wide <= room) put(word, wide);
    else for (const piece of cut(base, word, face, room)) put(piece, base.widthOf(piece, face));
  }
  if (line !== '') lines.push(line);
  return lines;
}

function cut(base: BaseFonts, word: string, face: SummaryFace, room: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  let used = 0;
  for (let i = 0; i < word.length; i++) {
    const wide = base.widthOf(word[i] as string, face);
    if (used + wide > room && i > start) {
      pieces.push(word.slice(start, i));
      start = i;
      used = 0;
    }
    used += wide;
  }
  return [...pieces, word.slice(start)];
}

const states = new WeakMap<SummaryStyle, Map<string, string>>();

/** What must be set before a text of a style is shown. */
function stateOf(style: SummaryStyle, key: string): string {
  let byKey = states.get(style);
  if (!byKey) {
    byKey = new Map();
    states.set(style, byKey);
  }
  let state = byKey.get(key);
  if (state === undefined) {
    state = `${rgb(style.colour)} rg/${key} ${number(style.size)} Tf`;
    byKey.set(key, state);
  }
  return state;
}
