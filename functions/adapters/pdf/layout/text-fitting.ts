import { graphemesOf } from '../text/graphemes.ts';
import { lineOf, type Span, type TextLine, type TextStyle, type Typesetter } from './typesetting.ts';

/** What stays on one line: `Specialist,` may be two spans, a name in bold and its comma. `spaced`: a space goes before. */
type Word = { spans: Span[]; width: number; spaced: boolean };

/** Breaks text at spaces into lines of at most `width` points. A word wider than that breaks after a hyphen, else anywhere. */
export function wrap(type: Typesetter, spans: Span[], width: number): TextLine[] {
  return flow(type, wordsOf(type, spans, width), width);
}

/** Like `wrap`, with lines as even as their number allows: centred text without a lone last word. */
export function wrapEvenly(type: Typesetter, spans: Span[], width: number): TextLine[] {
  const words = wordsOf(type, spans, width);
  const lines = flow(type, words, width);
  if (lines.length < 2) return lines;
  let fits = width;
  let tooNarrow = Math.max(...words.map((word) => word.width));
  while (fits - tooNarrow > 1) {
    const middle = (fits + tooNarrow) / 2;
    if (flow(type, words, middle).length > lines.length) tooNarrow = middle;
    else fits = middle;
  }
  return flow(type, words, fits);
}

/** How a text may shrink: on so many lines, from the largest size down to the smallest, in points. */
export type Fit = { lines: number; largest: number; smallest: number };

/**
 * Sets a text as large as its fits allow, by the first fit that works: a long name first shrinks, then wraps. Where none
 * works it is wrapped at the smallest size.
 */
export function fitText(type: Typesetter, text: string, style: TextStyle, width: number, fits: Fit[]): TextLine[] {
  let lines: TextLine[] = [];
  for (const fit of fits) {
    for (let size = fit.largest; size >= fit.smallest; size -= 1) {
      const span = { text, style: { ...style, size } };
      // Whoever's last word does not fit the line is set smaller before it is broken.
      const unbroken = fit.lines > 1 || type.set(span).width <= width;
      lines = unbroken ? wrapEvenly(type, [span], width) : wrap(type, [span], width);
      if (unbroken && lines.length <= fit.lines) return lines;
    }
  }
  return lines;
}

function flow(type: Typesetter, words: Word[], width: number): TextLine[] {
  const lines: TextLine[] = [];
  let spans: Span[] = [];
  let used = 0;
  for (const word of words) {
    const space = spans.length > 0 && word.spaced ? spaceAfter(type, spans) : 0;
    if (spans.length > 0 && used + space + word.width > width + tolerance) {
      lines.push(lineOf(type, spans));
      spans = word.spans;
      used = word.width;
    } else {
      spans = spans.length === 0 ? word.spans : joined(spans, word);
      used += space + word.width;
    }
  }
  if (spans.length > 0) lines.push(lineOf(type, spans));
  return lines;
}

/** Sums of the same lengths in another order differ in their last bits. Points. */
const tolerance = 0.001;

function spaceAfter(type: Typesetter, spans: Span[]): number {
  const style = spans.at(-1)?.style;
  return style ? type.set({ text: ' ', style }).width : 0;
}

/** Appends a word; neighbours of one style become one span. */
function joined(line: Span[], word: Word): Span[] {
  const last = line.at(-1);
  const [first, ...rest] = word.spans;
  if (!last || !first) return [...line, ...word.spans];
  const space = word.spaced ? ' ' : '';
  const before = line.slice(0, -1);
  if (last.style === first.style) return [...before, { ...last, text: `${last.text}${space}${first.text}` }, ...rest];
  return [...before, { ...last, text: `${last.text}${space}` }, first, ...rest];
}

function wordsOf(type: Typesetter, spans: Span[], width: number): Word[] {
  const words: Span[][] = [[]];
  for (const span of spans) {
    span.text.split(' ').forEach((text, i) => {
      if (i > 0) words.push([]);
      if (text !== '') words.at(-1)?.push({ ...span, text });
    });
  }
  return words.filter((word) => word.length > 0).flatMap((word) => unbreakable(type, word, width));
}

function unbreakable(type: Typesetter, word: Span[], width: number): Word[] {
  const whole = { spans: word, width: lineOf(type, word).width, spaced: true };
  if (whole.width <= width) return [whole];
  const pieces = word.flatMap((span) =>
    span.text
      .split(/(?<=[-/])/u)
      // A part that is still too wide is cut between letters, never between a letter and its marks.
      .flatMap((part) => cut(type, part, span.style, width))
      .map((text) => ({ ...span, text })),
  );
  return pieces.map((piece, i) => ({ spans: [piece], width: type.set(piece).width, spaced: i === 0 }));
}

function cut(type: Typesetter, text: string, style: TextStyle, width: number): string[] {
  const parts: string[] = [];
  let current = '';
  for (const segment of graphemesOf(text)) {
    if (current !== '' && type.set({ text: current + segment, style }).width > width) {
      parts.push(current);
      current = '';
    }
    current += segment;
  }
  parts.push(current);
  return parts;
}
