import { PDFContext, PDFRef } from 'pdf-lib';
import { byteWriter } from '../../../functions/adapters/pdf/file/byte-writer.ts';
import { fontObjects, type RawObject } from '../../../functions/adapters/pdf/file/font-objects.ts';
import { type GlyphCodes, glyphCollection } from '../../../functions/adapters/pdf/file/glyph-codes.ts';
import { ornamentPatterns } from '../../../functions/adapters/pdf/file/ornament-patterns.ts';
import { ownObjects } from '../../../functions/adapters/pdf/file/own-objects.ts';
import { textString } from '../../../functions/adapters/pdf/file/pdf-text.ts';
import { showing } from '../../../functions/adapters/pdf/file/showing.ts';
import { compressed, type StaticBytes, staticBytes } from '../../../functions/adapters/pdf/file/static-bytes.ts';
import { place } from '../../../functions/adapters/pdf/layout/individual-text.ts';
import { sheet } from '../../../functions/adapters/pdf/layout/sheet.ts';
import { lineOf, setSpan, type TextStyle, typesetter } from '../../../functions/adapters/pdf/layout/typesetting.ts';
import type { Typefaces } from '../../../functions/adapters/pdf/text/typefaces.ts';

/** The page that `tests/peers/page.mjs` describes. */
export type PageTexts = Record<'title' | 'name' | 'first' | 'second' | 'third' | 'date', string>;
export type PlainPage = {
  size: { width: number; height: number };
  frame: { x: number; y: number; width: number; height: number; thickness: number };
  ink: string;
  rule: string;
  places: readonly { key: string; size: number; down: number }[];
};

/** What a document has of its own; the other texts are what its kind shares, as they are of certificates. */
const own: ReadonlySet<string> = new Set<keyof PageTexts>(['name', 'date']);

/** Of the objects that each document writes anew: the page's own part, and the fonts that it may use. */
const numbers = { content: 1, resources: 2 };
const ownCount = 2;

type Shared = StaticBytes & { key: string; catalog: number; information: number; fonts: string; codes: GlyphCodes };

/**
 * The peers' page out of the certificate engine's own layers, made as it makes certificates: what documents share is
 * drawn, compressed and serialised once, by pdf-lib and ours; each adds its name and date, shaped by HarfBuzz, with a
 * small font for the letters that the shared one lacks. No tags, record, QR code or signature, which no peer's has.
 */
export function plainPages(page: PlainPage, typefaces: Typefaces): (texts: PageTexts) => Uint8Array {
  const writer = byteWriter();
  let shared: Shared | undefined;
  const style = (size: number): TextStyle => ({ face: 'regular', size, colour: page.ink });
  return (texts) => {
    const key = page.places.map((each) => (own.has(each.key) ? '' : texts[each.key as keyof PageTexts])).join('\n');
    if (shared?.key !== key) shared = { ...makeShared(page, texts, typefaces, style), key };
    const { codes } = shared;
    const set = page.places
      .filter((each) => own.has(each.key))
      .map(({ key, size, down }) => {
        const shaped = typefaces.shape(texts[key as keyof PageTexts], { face: 'regular', language: 'en' });
        return { span: setSpan(shaped, style(size)), y: page.size.height - down };
      });
    const glyphs = glyphCollection();
    for (const { span } of set) {
      for (const run of span.shaped.runs) {
        for (const glyph of run.glyphs) if (!codes.codeOf(run.font, glyph)) glyphs.add(run.font, glyph);
      }
    }
    const added = glyphs.close(typefaces, 'D');
    const all: GlyphCodes = {
      codeOf: (font, glyph) => codes.codeOf(font, glyph) ?? added.codes.codeOf(font, glyph),
    };
    const out = ownObjects(shared, ownCount, 5 * added.fonts.length, writer);
    let operators = '';
    for (const { span, y } of set) operators += place(showing(span, all), page.size.width / 2, y, 'centre');
    out.stream(numbers.content, '<<', operators);
    let fonts = '';
    let last = ownCount + shared.entries.length / 5;
    for (const { key, embedded } of added.fonts) {
      const at = { font: last + 1, descendant: last + 2, descriptor: last + 3, file: last + 4, toUnicode: last + 5 };
      last += 5;
      for (const { number, body, bytes } of fontObjects(embedded, at)) {
        if (bytes) out.stream(number, body, bytes);
        else out.object(number, body);
      }
      fonts += `/${key} ${at.font} 0 R`;
    }
    out.object(numbers.resources, `<</Font<<${shared.fonts}${fonts}>>>>`);
    out.crossReference(out.length, `/Root ${shared.catalog} 0 R/Info ${shared.information} 0 R`).write();
    return out.take();
  };
}

function makeShared(
  { size, frame, rule, places }: PlainPage,
  texts: PageTexts,
  typefaces: Typefaces,
  style: (size: number) => TextStyle,
): Omit<Shared, 'key'> {
  const type = typesetter(typefaces, { language: 'en', rtl: false });
  const glyphs = glyphCollection();
  const { sheet: paper, content } = sheet(0, size, glyphs, ornamentPatterns());
  paper.stroke(`${frame.x} ${frame.y} ${frame.width} ${frame.height} re`, frame.thickness, rule);
  for (const { key, size: points, down } of places) {
    if (own.has(key)) continue;
    const line = lineOf(type, [{ text: texts[key as keyof PageTexts], style: style(points) }]);
    paper.textCentred(line, size.width / 2, size.height - down);
  }
  const { fonts, codes } = glyphs.close(typefaces, 'F');
  const context = PDFContext.create();
  context.largestObjectNumber = ownCount;
  const objects: RawObject[] = [];
  let entries = '';
  for (const { key, embedded } of fonts) {
    const [font, descendant, descriptor, file, toUnicode] = Array.from(
      { length: 5 },
      () => context.nextRef().objectNumber,
    );
    const at = { font, descendant, descriptor, file, toUnicode } as Parameters<typeof fontObjects>[1];
    for (const { number, body, bytes } of fontObjects(embedded, at)) {
      objects.push(bytes ? compressed(number, bytes, body.slice(2)) : { number, body });
    }
    entries += `/${key} ${font} 0 R`;
  }
  const drawn = context.nextRef();
  objects.push(compressed(drawn.objectNumber, Buffer.from(content.operators(codes), 'latin1')));
  const pages = context.nextRef();
  const contents = [drawn, PDFRef.of(numbers.content)];
  const box = [0, 0, size.width, size.height];
  const leaf = {
    Type: 'Page',
    Parent: pages,
    MediaBox: box,
    Resources: PDFRef.of(numbers.resources),
    Contents: contents,
  };
  context.assign(pages, context.obj({ Type: 'Pages', Kids: [context.register(context.obj(leaf))], Count: 1 }));
  const catalog = context.register(context.obj({ Type: 'Catalog', Pages: pages }));
  const information = context.nextRef();
  objects.push({ number: information.objectNumber, body: `<</Title${textString(texts.title)}>>` });
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    objects.push({ number: ref.objectNumber, body: object.toString() });
  }
  let last = ownCount + objects.length;
  return {
    ...staticBytes(objects, ownCount + 1, () => ++last),
    catalog: catalog.objectNumber,
    information: information.objectNumber,
    fonts: entries,
    codes,
  };
}
