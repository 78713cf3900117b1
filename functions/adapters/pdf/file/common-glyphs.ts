import type { Typefaces } from '../text/typefaces.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const signs = '0123456789.,:-/';

/** The face that most of a certificate is set in: its glyphs for what nearly all texts in Latin letters have. */
export type CommonGlyphs = { font: string; glyphs: ReadonlyMap<number, string> };

/**
 * Embedded together as a font of their own, whichever of them a program shows, these are the same bytes for all
 * programs: they are stored compressed (see `deflated.ts`), and compressing a font is the dearest part of a process's
 * first certificate.
 */
export function commonGlyphs(typefaces: Typefaces): CommonGlyphs {
  const [run] = typefaces.shape([...(letters + signs)].join(' '), { face: 'regular' }).runs;
  if (!run) throw new Error('the regular face sets no letters');
  const glyphs = new Map<number, string>();
  for (const { id, text } of run.glyphs) if (!glyphs.has(id)) glyphs.set(id, text);
  return { font: run.font, glyphs };
}
