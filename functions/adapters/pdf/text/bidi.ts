import bidiFactory, { type Bidi } from 'bidi-js';

/** Letters that run from right to left, and characters that say so. Without one, a text in a line from the left is plain. */
const fromTheRight =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The tables of the algorithm are unpacked when a text first needs them: most never do. */
let algorithm: Bidi | undefined;
/** Its types describe an ES module; Node loads it as CommonJS, where the function itself is the default. */
const openAlgorithm = bidiFactory as unknown as () => Bidi;

/**
 * The direction of a line and, unless all of it runs from left to right, the level of each UTF-16 unit (UAX #9). Rule L1,
 * for spaces at the end, is left out: it says something new only after explicit embeddings, which no font prints.
 */
export function directionsOf(
  text: string,
  wanted: 'ltr' | 'rtl' | undefined,
): { direction: 'ltr' | 'rtl'; levels?: Uint8Array } {
  if (wanted !== 'rtl' && !fromTheRight.test(text)) return { direction: 'ltr' };
  algorithm ??= openAlgorithm();
  const { levels, paragraphs } = algorithm.getEmbeddingLevels(text, wanted);
  const base = paragraphs[0]?.level ?? 0;
  return { direction: base % 2 === 1 ? 'rtl' : 'ltr', levels };
}
