import { commonGlyphs } from './file/common-glyphs.ts';
import { deflate, keyOf } from './file/deflated.ts';
import { fontObjects } from './file/font-objects.ts';
import { glyphCollection } from './file/glyph-codes.ts';
import { srgbProfile } from './file/icc-profile.ts';
import { ornamentPatterns } from './file/ornament-patterns.ts';
import { papers } from './layout/design.ts';
import { drawBackground } from './layout/page-certificate.ts';
import { sheet } from './layout/sheet.ts';
import type { Typefaces } from './text/typefaces.ts';

/** What `deflated.json` holds: the streams that certificates of all programs share, compressed, by the content's hash. */
export function commonStreams(typefaces: Typefaces): Record<string, string> {
  const contents = [srgbProfile(), ...fontStreams(typefaces), ...ornamentStreams()];
  return Object.fromEntries(contents.map((each) => [keyOf(each), Buffer.from(deflate(each)).toString('base64')]));
}

function fontStreams(typefaces: Typefaces): Uint8Array[] {
  const { font, glyphs } = commonGlyphs(typefaces);
  const collection = glyphCollection();
  for (const [id, text] of glyphs) collection.add(font, { id, text });
  const { fonts } = collection.close(typefaces, 'F');
  const numbers = { font: 1, descendant: 2, descriptor: 3, file: 4, toUnicode: 5 };
  return fonts.flatMap(({ embedded }) => fontObjects(embedded, numbers).flatMap(({ bytes }) => bytes ?? []));
}

/** Of the certificate's page; a program's seal and colours are not among them. */
function ornamentStreams(): Uint8Array[] {
  return Object.values(papers).flatMap(({ width, height }) => {
    const patterns = ornamentPatterns();
    const page = sheet(0, { width: height, height: width }, glyphCollection(), patterns);
    drawBackground(page.sheet, { ink: '#000000', accent: '#000000', rule: '#000000', paper: '#ffffff' });
    return patterns.contents().map((operators) => Buffer.from(operators, 'latin1'));
  });
}
