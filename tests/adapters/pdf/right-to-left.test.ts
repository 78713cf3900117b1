import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { templateSchema } from '../../../functions/domain/program.ts';
import { certificateContent } from '../../support/certificate-content.ts';
import { engineHere } from '../../support/engine-here.ts';
import { readPdf } from '../../support/pdf-reading.ts';

const arabic = templateSchema.parse(
  JSON.parse(readFileSync(new URL('../../../templates/certificate/classic-ar.json', import.meta.url), 'utf8')),
);

test('an address runs from left to right on a page that runs from right to left, its code right behind it', async () => {
  const content = { ...certificateContent(), template: arabic };
  const { bytes } = await engineHere().render(content);
  const [page] = (await readPdf(bytes)).pages;
  const glyphs = (page?.texts ?? []).flatMap((shown) => shown.glyphs);
  const text = glyphs.map((glyph) => glyph.text).join('');
  const base = content.program.verifyUrl;
  const slash = glyphAt(glyphs, text.indexOf(base) + base.length - 1);
  const code = glyphAt(glyphs, text.indexOf(content.code));
  expect([slash?.text, code?.text]).toEqual(['/', content.code[0]]);
  expect(code?.y).toBe(slash?.y);
  expect((code?.x ?? 0) - (slash?.x ?? 0) - (slash?.width ?? 0)).toBeCloseTo(0, 0);
});

test('a page is numbered in the figures that the language of its dates has', async () => {
  const { bytes } = await engineHere().render({ ...certificateContent(), template: arabic });
  const { pages } = await readPdf(bytes);
  const foot = pages[1]?.texts.find(
    ({ glyphs }) => glyphs.some(({ text }) => text.includes('ص')) && glyphs.length < 16,
  );
  const figures = foot?.glyphs.map(({ text }) => text).filter((text) => /\d|[٠-٩]/.test(text));
  expect(figures).toEqual(['٢', '٢']);
});

/** The glyph that stands for the character at this place of all that they say. */
function glyphAt<T extends { text: string }>(glyphs: readonly T[], at: number): T | undefined {
  let from = 0;
  return glyphs.find((glyph) => {
    from += glyph.text.length;
    return from > at;
  });
}
