import type { PrintableCheck } from '../../ports/certificate-engine.ts';
import { unprintableIn } from './text/characters.ts';

// No PDF library and no HarfBuzz here: enrollment uses this check too, and only the issue step's bundle carries them.

/**
 * Finds the characters of a text, with their marks, that no font of ours prints, from the lists that
 * `npm run printable` makes of the fonts.
 *
 *     printableCheck()('Zoë 🎓') // ['🎓']
 */
export function printableCheck(): PrintableCheck {
  return unprintableIn;
}

/** Characters as a message names them: `U+674E, U+0F3A`, and with a mark `U+0041 U+0489`. */
export function codePointNames(characters: readonly string[]): string {
  const name = (part: string) => `U+${(part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return characters.map((character) => [...character].map(name).join(' ')).join(', ');
}
