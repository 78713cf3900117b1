import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFRawStream,
  type PDFRef,
  PDFStream,
} from 'pdf-lib';

/** One glyph as a page shows it: its text, and where its origin is, in points. */
export type ShownGlyph = { text: string; x: number; y: number; width: number };
/** What one text object shows. */
export type ShownText = { text: string; font: string; size: number; glyphs: ShownGlyph[] };
export type ReadPage = { width: number; height: number; texts: ShownText[] };
/** An embedded font: its TrueType program and, by code, the glyph in it and the text that it extracts as. */
export type ReadFont = { name: string; program: Uint8Array; codes: { text: string; glyph: number; width: number }[] };
export type ReadPdf = { title: string | undefined; pages: ReadPage[]; fonts: ReadFont[] };

/** Reads a certificate back from its bytes alone: enough of PDF for what our engine writes, and no more. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const fonts = new Map<string, ReadFont>();
  const pages = document.getPages().map((page) => {
    const dictionary = page.node.Resources()?.lookup(PDFName.of('Font'), PDFDict);
    const pageFonts = new Map<string, ReadFont>();
    for (const [key, reference] of dictionary?.entries() ?? []) {
      const known = fonts.get(String(reference)) ?? readFont(document.context.lookup(reference as PDFRef, PDFDict));
      fonts.set(String(reference), known);
      pageFonts.set(key.decodeText(), known);
    }
    const content = document.context.lookup(page.node.get(PDFName.of('Contents')) as PDFRef, PDFStream);
    return { ...page.getSize(), texts: readTexts(new TextDecoder('latin1').decode(unpacked(content)), pageFonts) };
  });
  return { title: document.getTitle(), pages, fonts: [...fonts.values()] };
}

/** All text of a page, one text object a line. */
export function textOf(page: ReadPage | undefined): string {
  return page?.texts.map(({ text }) => text).join('\n') ?? '';
}

function readFont(font: PDFDict): ReadFont {
  const descendant = font.lookup(PDFName.of('DescendantFonts'), PDFArray).lookup(0, PDFDict);
  const program = descendant.lookup(PDFName.of('FontDescriptor'), PDFDict).lookup(PDFName.of('FontFile2'), PDFStream);
  const glyphs = unpacked(descendant.lookup(PDFName.of('CIDToGIDMap'), PDFStream));
  const widths = descendant.lookup(PDFName.of('W'), PDFArray).lookup(1, PDFArray);
  const texts = new Map<number, string>();
  const cmap = new TextDecoder('latin1').decode(unpacked(font.lookup(PDFName.of('ToUnicode'), PDFStream)));
  for (const [, code = '', text = ''] of cmap.matchAll(/^<(\w{4})> <(\w+)>$/gm)) {
    if (code !== '0000') texts.set(Number.parseInt(code, 16), fromUtf16(text));
  }
  return {
    name: font.lookup(PDFName.of('BaseFont'), PDFName).decodeText(),
    program: unpacked(program),
    codes: Array.from({ length: widths.size() }, (_, i) => ({
      text: texts.get(i + 1) ?? '',
      glyph: ((glyphs[2 * i + 2] ?? 0) << 8) | (glyphs[2 * i + 3] ?? 0),
      width: widths.lookup(i, PDFNumber).asNumber(),
    })),
  };
}

function readTexts(content: string, fonts: Map<string, ReadFont>): ShownText[] {
  const objects = content.matchAll(/BT \/(\w+) ([\d.]+) Tf .*? rg 1 0 0 1 ([-\d.]+) ([-\d.]+) Tm (.*?) ET/g);
  return [...objects].map(([, key = '', size = '', x = '', y = '', operators = '']) => {
    const font = fonts.get(key);
    if (!font) throw new Error(`the page has no font ${key}`);
    const glyphs = readGlyphs(operators, font, { size: Number(size), x: Number(x), y: Number(y) });
    return { text: glyphs.map(({ text }) => text).join(''), font: font.name, size: Number(size), glyphs };
  });
}

function readGlyphs(operators: string, font: ReadFont, start: { size: number; x: number; y: number }): ShownGlyph[] {
  const glyphs: ShownGlyph[] = [];
  const scale = start.size / 1000;
  let { x } = start;
  let rise = 0;
  const marked = /\/Span << .*? >> BDC|EMC/g;
  for (const [, ts, codes, adjustment] of operators.replace(marked, '').matchAll(/([-\d.]+) Ts|<(\w+)>|([-\d.]+)/g)) {
    if (ts !== undefined) rise = Number(ts);
    if (adjustment !== undefined) x -= Number(adjustment) * scale;
    for (const code of codes?.match(/.{4}/g) ?? []) {
      const shown = font.codes[Number.parseInt(code, 16) - 1];
      if (!shown) throw new Error(`font ${font.name} has no code ${code}`);
      glyphs.push({ text: shown.text, x, y: start.y + rise, width: shown.width * scale });
      x += shown.width * scale;
    }
  }
  return glyphs;
}

function fromUtf16(hex: string): string {
  return (hex.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');
}

function unpacked(stream: PDFStream): Uint8Array {
  if (!(stream instanceof PDFRawStream)) throw new Error('a stream that pdf-lib did not read from bytes');
  return decodePDFRawStream(stream).decode();
}
