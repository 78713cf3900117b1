import { AdapterError } from '../../../ports/adapter-error.ts';
import { graphemesOf } from '../text/graphemes.ts';
import type { ShapedText, Typefaces } from '../text/typefaces.ts';
import type { SetName } from './individual.ts';
import { isLatinFamily } from './typesetting.ts';

/** How a name may shrink on so many lines, from the largest size down to the smallest, in points. */
export type NameFit = { lines: number; largest: number; smallest: number };

/** Where a name stands: a name first shrinks on one line, then takes two, and so on. */
export type NamePlace = { width: number; fits: readonly NameFit[] };

export type NameShaper = Pick<Typefaces, 'shape'>;

/** From one line of a name to the next, and from a line's top to its baseline, of the type size. */
export const nameLeading = 1.24;
export const nameBaseline = 0.95;

/**
 * Sets a name at the largest size that its place has room for.
 *
 * @throws AdapterError `certificate.does-not-fit` where it is too long for the last fit.
 */
export function setName(shaper: NameShaper, whole: ShapedText, { width, fits }: NamePlace): SetName {
  const optical = opticalSize(whole);
  const em = (width * 1000) / optical;
  for (const fit of fits) {
    if (fit.lines === 1) {
      const size = Math.min(fit.largest, Math.floor((2 * em) / whole.advance) / 2);
      if (size >= fit.smallest) return { lines: [whole], size: size * optical };
      continue;
    }
    // No number of lines holds more than their widths together.
    if ((whole.advance * fit.smallest) / fit.lines > em) continue;
    const pieces = piecesOf(shaper, whole.text, em / fit.smallest);
    for (let size = fit.largest; size >= fit.smallest; size -= 1) {
      const broken = breakEvenly(pieces, em / size, fit.lines);
      const lines = broken?.map((text) => shaper.shape(text, { face: 'regular' }));
      if (lines?.every((line) => line.advance * size <= em * 1.002)) return { lines, size: size * optical };
    }
  }
  const message = `facts.name: ${[...whole.text].length} characters do not fit; give the name as it is to be printed`;
  throw new AdapterError('certificate.does-not-fit', message, { retryable: false });
}

/** How many lines a place keeps free for this name. */
export function linesOf({ lines }: SetName): number {
  return lines.length;
}

/** Letters of other scripts fill more of their em than Latin ones: set a little smaller, they look as large. */
function opticalSize(whole: ShapedText): number {
  return isLatinFamily(whole) ? 1 : 0.84;
}

type Piece = { text: string; advance: number; space: number };

/** What stays on one line: a word, a part of one after its hyphen, or of one that is too wide for any line. */
function piecesOf(shaper: NameShaper, text: string, widest: number): Piece[] {
  const measure = (part: string) => shaper.shape(part, { face: 'regular' }).advance;
  const blank = measure(' ');
  return text.split(' ').flatMap((word, i) =>
    word
      .split(/(?<=[-/])/u)
      .flatMap((part) => (measure(part) <= widest ? [part] : cut(part, widest, measure)))
      .map((part, j) => ({ text: part, advance: measure(part), space: i > 0 && j === 0 ? blank : 0 })),
  );
}

/** Between letters, never between a letter and its marks. */
function cut(part: string, widest: number, measure: (part: string) => number): string[] {
  const parts: string[] = [];
  let current = '';
  let used = 0;
  for (const segment of graphemesOf(part)) {
    const advance = measure(segment);
    // An eighth is left over for what letters gain beside each other, and so that the pieces can be shared out evenly.
    if (current !== '' && used + advance > widest / 8) {
      parts.push(current);
      current = '';
      used = 0;
    }
    current += segment;
    used += advance;
  }
  return [...parts, current];
}

/** Lines as even as their number allows; undefined where there would be more than `most`. */
function breakEvenly(pieces: Piece[], widest: number, most: number): string[] | undefined {
  const lines = flow(pieces, widest);
  if (lines === undefined || lines.length > most) return undefined;
  let best = lines;
  let [low, high] = [0, widest];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    const tried = flow(pieces, middle);
    if (tried && tried.length <= lines.length) {
      best = tried;
      high = middle;
    } else low = middle;
  }
  return best;
}

function flow(pieces: Piece[], widest: number): string[] | undefined {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { text, advance, space } of pieces) {
    if (advance > widest) return undefined;
    if (line !== '' && used + space + advance > widest) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += (line !== '' && space > 0 ? ' ' : '') + text;
    used += (used > 0 ? space : 0) + advance;
  }
  return [...lines, line];
}
