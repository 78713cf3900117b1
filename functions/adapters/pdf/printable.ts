import type { PrintableCheck } from '../../ports/certificate-engine.ts';
import coverage from './printable-characters.json' with { type: 'json' };

// No PDF library here: enrollment uses this check too, and only the issue step's bundle carries them.

/**
 * Finds the characters of a text that our fonts lack, from the list that `write-printable-characters.ts` makes of them.
 *
 *     printableCheck()('Zoë 李') // ['李']
 */
export function printableCheck(): PrintableCheck {
  return (text) => [...new Set(text.normalize('NFC'))].filter((character) => !isCovered(character.codePointAt(0) ?? 0));
}

/** Characters as a message names them: `U+674E, U+0F3A`. */
export function codePointNames(characters: string[]): string {
  return characters
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(', ');
}

function isCovered(codePoint: number): boolean {
  return coverage.ranges.some(([first = 0, last = 0]) => first <= codePoint && codePoint <= last);
}
