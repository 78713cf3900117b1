import { createHash } from 'node:crypto';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent } from '../../ports/certificate-engine.ts';
import { writeCatalog } from './file/catalog.ts';
import { apart, characterShower } from './file/characters.ts';
import { commonGlyphs } from './file/common-glyphs.ts';
import { fontObjects, type RawObject } from './file/font-objects.ts';
import { type GlyphCodes, type GlyphCollection, glyphCollection } from './file/glyph-codes.ts';
import { imageObjects } from './file/image-objects.ts';
import { linkAnnotation } from './file/link-annotation.ts';
import { type DynamicNumbers, dynamicNumbers } from './file/numbers.ts';
import { type OrnamentPatterns, ornamentPatterns } from './file/ornament-patterns.ts';
import { inOnePiece, textBeginningWith } from './file/pdf-text.ts';
import { type RecordWriter, recordWriter } from './file/record-file.ts';
import { compressed, staticBytes } from './file/static-bytes.ts';
import type { StructureElement } from './file/structure-element.ts';
import { type DescriptionWriter, descriptionWriter } from './file/xmp.ts';
import { type Design, type NameLines, papers } from './layout/design.ts';
import type { Individual, Shown } from './layout/individual.ts';
import { drawCertificate } from './layout/page-certificate.ts';
import { transcriptPages } from './layout/page-transcript.ts';
import { drawPreviewMark } from './layout/preview-mark.ts';
import { type DateSlot, type Sheet, type SheetContent, type Slot, sheet } from './layout/sheet.ts';
import { type TextStyle, typesetter } from './layout/typesetting.ts';
import { dateInWords, type SharedContent, sharedContent, textsOf } from './layout/wording.ts';
import { refuseUnprintable } from './refuse-unprintable.ts';
import type { Typefaces } from './text/typefaces.ts';

/** What the certificates of one achievement share: their design, and the bytes that they begin with. */
export type Revision = {
  shared: SharedContent;
  /** A digest of what is shared, for the identifiers of the documents made from it. */
  digest: string;
  bytes: Uint8Array;
  entries: Uint8Array;
  numbers: DynamicNumbers;
  catalog: number;
  /** Of all objects that are not fonts of one certificate's own. */
  objectCount: number;
  pages: { slots: Slot[]; dates: DateSlot[] }[];
  links: ReturnType<typeof linkAnnotation>[];
  codes: GlyphCodes;
  /** Ids and codes, character by character. */
  characters(text: string, style: TextStyle): Shown | undefined;
  /** Entries of the resources' dictionaries. */
  resources: { fonts: string; forms: string };
  /** A document's title up to the name, and the whole of it as a text string object. */
  titleBefore: string;
  titleString(name: string): string;
  record: RecordWriter;
  description: DescriptionWriter;
  /** Words set before, such as those with a date, by style (the very object: a page keeps its own) and text. */
  phrases: Map<TextStyle, Map<string, Shown>>;
  dateTexts: Individual['dateTexts'];
};

/**
 * Draws the pages once for all certificates that share them, and serialises what never differs, compressed.
 *
 * @throws AdapterError `certificate.unprintable`, `certificate.image`, `certificate.template`, `certificate.does-not-fit`
 */
export function makeRevision(
  content: CertificateContent,
  nameLines: NameLines,
  typefaces: Typefaces,
  producer: string,
): Revision {
  const shared = sharedContent(content);
  refuseUnprintable(textsOf(shared), typefaces, 'the program, its template or the transcript');
  const pictures = imageObjects(content);
  const type = typesetter(typefaces, shared);
  const tree: StructureElement = { type: 'Document', kids: [] };
  const design: Design = { shared, type, nameLines, images: pictures.placed, tree };
  const glyphs = glyphCollection(commonGlyphs(typefaces));
  const patterns = ornamentPatterns();
  const pages = drawPages(design, glyphs, patterns);
  collectReserve(design, glyphs);
  const { fonts, codes } = glyphs.close(typefaces, 'F');

  const numbers = dynamicNumbers(pages.length);
  let last = numbers.count;
  const allot = () => ++last;
  const objects: RawObject[] = [];
  const resources = { fonts: '', forms: '' };
  for (const { key, embedded } of fonts) {
    const at = { font: allot(), descendant: allot(), descriptor: allot(), file: allot(), toUnicode: allot() };
    for (const { number, body, bytes } of fontObjects(embedded, at)) {
      objects.push(bytes ? compressed(number, bytes, body.slice(2)) : { number, body });
    }
    resources.fonts += `/${key} ${at.font} 0 R`;
  }
  for (const { key, number, objects: written } of pictures.write(allot)) {
    objects.push(...written);
    resources.forms += `/${key} ${number} 0 R`;
  }
  for (const { key, number, object } of patterns.write(allot)) {
    objects.push(object);
    resources.forms += `/${key} ${number} 0 R`;
  }
  const contents = pages.map((page) => {
    const number = allot();
    objects.push(compressed(number, Buffer.from(page.operators(codes), 'latin1')));
    return number;
  });
  const skeleton = writeCatalog({ shared, tree, pages, contents, numbers }, last);
  objects.push(...skeleton.objects);
  last = numbers.count + objects.length;
  const serialised = staticBytes(objects, numbers.count + 1, allot);
  const titleBefore = `${shared.title} · `;
  return {
    shared,
    digest: createHash('sha256').update(producer).update(serialised.bytes).digest('base64'),
    ...serialised,
    numbers,
    catalog: skeleton.catalog,
    objectCount: last,
    pages: pages.map(({ slots, dates }) => ({ slots, dates })),
    links: (pages[0]?.links ?? []).map((link) => linkAnnotation(link, shared, pages.length)),
    codes,
    characters: characterShower(type, codes, digits + capitals),
    resources: { fonts: inOnePiece(resources.fonts), forms: inOnePiece(resources.forms) },
    titleBefore: inOnePiece(titleBefore),
    titleString: textBeginningWith(titleBefore),
    record: recordWriter(content),
    description: descriptionWriter({
      author: shared.sponsor,
      subject: shared.achievementText,
      producer,
    }),
    phrases: new Map(),
    dateTexts: new Map(),
  };
}

/** More is no certificate but a mistake: a page is drawn, kept and sent. */
const maxPages = 250;

function drawPages(design: Design, glyphs: GlyphCollection, patterns: OrnamentPatterns): SheetContent[] {
  const portrait = papers[design.shared.page];
  const landscape = { width: portrait.height, height: portrait.width };
  const certificate = sheet(0, landscape, glyphs, patterns);
  drawCertificate(certificate.sheet, design);
  const transcript = transcriptPages(design, portrait);
  if (transcript.length >= maxPages) {
    const message = `the transcript has ${transcript.length} pages, and may have ${maxPages - 1}`;
    throw new AdapterError('certificate.does-not-fit', message, { retryable: false });
  }
  const more = transcript.map((draw: (sheet: Sheet) => void, i) => {
    const page = sheet(i + 1, portrait, glyphs, patterns);
    if (design.shared.isPreview) drawPreviewMark(page.sheet);
    draw(page.sheet);
    return page.content;
  });
  return [certificate.content, ...more];
}

const digits = '0123456789';
/** Of ids and codes: Crockford's base 32 has no I, L, O or U. */
const capitals = 'ABCDEFGHJKMNPQRSTVWXYZ';

/** Glyphs that most certificates need beyond what their revision shows: of dates, ids and codes. */
function collectReserve({ shared, type }: Design, glyphs: GlyphCollection): void {
  const plain: TextStyle = { face: 'regular', size: 10, colour: '#000000' };
  const add = (text: string, style: TextStyle) => {
    for (const run of type.set({ text, style }).shaped.runs)
      for (const glyph of run.glyphs) glyphs.add(run.font, glyph);
  };
  add(apart(digits + capitals), plain);
  add('\u00a0\u00b7\u2002', plain);
  // Twelve months, and every digit in every place.
  for (let month = 1; month <= 12; month++) {
    const date = `20${digits[month % 10]}${digits[(month + 3) % 10]}-${String(month).padStart(2, '0')}-${digits[month % 3]}${digits[1 + (month % 9)]}`;
    const words = dateInWords(date, shared.language);
    add(words, plain);
  }
}
