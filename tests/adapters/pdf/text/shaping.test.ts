import * as hb from 'harfbuzzjs';
import { expect, test } from 'vitest';
import { fontFiles, names, typefaces } from './sample-typefaces.ts';

/** Sets a text with the whole font through the package's own interface, which guesses script and direction. */
function setByPackage(id: string, text: string): object[] {
  const font = new hb.Font(new hb.Face(new hb.Blob(Uint8Array.from(fontFiles(`${id}.ttf`)).buffer)));
  const buffer = new hb.Buffer();
  buffer.addText(text);
  buffer.guessSegmentProperties();
  hb.shape(font, buffer);
  const positions = buffer.getGlyphPositions();
  return buffer.getGlyphInfos().map(({ codepoint }, i) => ({
    id: codepoint,
    advance: positions[i]?.xAdvance,
    dx: positions[i]?.xOffset,
    dy: positions[i]?.yOffset,
  }));
}

// A name in one run; the fonts have 1,000 units an em, so that units are what we give.
test.each(names.filter(([, ...fonts]) => fonts.length === 1))('%s is set as HarfBuzz itself sets it', (name, font) => {
  const [run] = typefaces.shape(name, { face: 'regular' }).runs;
  expect(run?.glyphs.map(({ id, advance, dx, dy }) => ({ id, advance, dx, dy }))).toEqual(
    setByPackage(font ?? '', name),
  );
});
