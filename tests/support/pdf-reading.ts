import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
  type PDFRef,
  PDFStream,
} from 'pdf-lib';
import { contentOperators, type Operand, type Operator } from './pdf-content.ts';

/** One glyph as a page shows it: its text, and where its origin is, in points. */
export type ShownGlyph = { text: string; x: number; y: number; width: number };
/** What one text object shows. */
export type ShownText = { text: string; font: string; size: number; glyphs: ShownGlyph[] };
export type ReadPage = { width: number; height: number; texts: ShownText[] };
/** An embedded font and, by code, the text that it extracts as and its width in thousandths. */
export type ReadFont = { name: string; codeBytes: 1 | 2; codes: Map<number, { text: string; width: number }> };
export type ReadPdf = { title: string | undefined; pages: ReadPage[]; fonts: ReadFont[] };

/** Reads a certificate or a summary back from its bytes alone: enough of PDF for what our engine writes, and no more. */
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
    const content = contentsOf(page.node.lookup(PDFName.of('Contents')))
      .map((each) => Buffer.from(unpacked(each)).toString('latin1'))
      .join('\n');
    return { ...page.getSize(), texts: readTexts(contentOperators(content), pageFonts) };
  });
  return { title: document.getTitle(), pages, fonts: [...fonts.values()] };
}

/** All text of a page, one text object a line. */
export function textOf(page: ReadPage | undefined): string {
  return page?.texts.map(({ text }) => text).join('\n') ?? '';
}

/** A page has one stream, or several one after another. */
function contentsOf(contents: PDFObject | undefined): PDFStream[] {
  if (contents instanceof PDFStream) return [contents];
  if (!(contents instanceof PDFArray)) throw new Error('a page without content');
  return Array.from({ length: contents.size() }, (_, i) => contents.lookup(i, PDFStream));
}

function readFont(font: PDFDict): ReadFont {
  const descendant = font.lookup(PDFName.of('DescendantFonts'), PDFArray).lookup(0, PDFDict);
  const texts = new Map<number, string>();
  const cmap = Buffer.from(unpacked(font.lookup(PDFName.of('ToUnicode'), PDFStream))).toString('latin1');
  for (const [, first = '', list = ''] of cmap.matchAll(/^<(\w{2,4})><\w{2,4}>\[(.*)\]$/gm)) {
    [...list.matchAll(/<(\w+)>/g)].forEach(([, text = ''], i) => {
      texts.set(Number.parseInt(first, 16) + i, Buffer.from(text, 'hex').swap16().toString('utf16le'));
    });
  }
  for (const [, first = '', last = '', text = ''] of cmap.matchAll(/^<(\w{2,4})><(\w{2,4})><(\w{4})>$/gm)) {
    const [from, to, unit] = [first, last, text].map((hex) => Number.parseInt(hex, 16)) as [number, number, number];
    for (let code = from; code <= to; code++) texts.set(code, String.fromCharCode(unit + code - from));
  }
  const widthOf = new Map<number, number>();
  const runs = descendant.lookup(PDFName.of('W'), PDFArray);
  for (let i = 0; i < runs.size(); i += 2) {
    const first = runs.lookup(i, PDFNumber).asNumber();
    const widths = runs.lookup(i + 1, PDFArray);
    for (let j = 0; j < widths.size(); j++) widthOf.set(first + j, widths.lookup(j, PDFNumber).asNumber());
  }
  const encoding = font.lookup(PDFName.of('Encoding'));
  const glyphOf = encoding instanceof PDFStream ? glyphsByByte(encoding) : undefined;
  const codes: ReadFont['codes'] = new Map();
  for (const [code, glyph] of glyphOf ?? [...widthOf.keys()].map((each) => [each, each] as const)) {
    const width = widthOf.get(glyph);
    if (width !== undefined) codes.set(code, { text: texts.get(code) ?? '', width });
  }
  const name = font.lookup(PDFName.of('BaseFont'), PDFName).decodeText();
  return { name, codeBytes: glyphOf ? 1 : 2, codes };
}

/** A font's own CMap: which glyph each byte shows. */
function glyphsByByte(encoding: PDFStream): Map<number, number> {
  const cmap = Buffer.from(unpacked(encoding)).toString('latin1');
  const singles = [...cmap.matchAll(/^<(\w{2})> (\d+)$/gm)];
  return new Map(singles.map(([, byte = '', glyph]) => [Number.parseInt(byte, 16), Number(glyph)]));
}

type Pen = { font: ReadFont | undefined; size: number; x: number; y: number; rise: number };

function readTexts(operators: Operator[], fonts: Map<string, ReadFont>): ShownText[] {
  const texts: ShownText[] = [];
  const pen: Pen = { font: undefined, size: 0, x: 0, y: 0, rise: 0 };
  let glyphs: ShownGlyph[] = [];
  const marked: { actual: string | undefined; from: number }[] = [];
  for (const { operator, operands } of operators) {
    if (operator === 'BT') glyphs = [];
    if (operator === 'BDC') marked.push({ actual: actualText(operands[1]), from: glyphs.length });
    if (operator === 'BMC') marked.push({ actual: undefined, from: glyphs.length });
    if (operator === 'EMC') {
      const { actual, from } = marked.pop() ?? { actual: undefined, from: 0 };
      for (const [i, glyph] of actual === undefined ? [] : glyphs.slice(from).entries())
        glyph.text = i === 0 ? (actual ?? '') : '';
    }
    if (operator === 'Tf') {
      pen.font = fonts.get(String(operands[0]).slice(1));
      pen.size = Number(operands[1]);
    }
    if (operator === 'Td') [pen.x, pen.y] = [Number(operands[0]), Number(operands[1])];
    if (operator === 'Ts') pen.rise = Number(operands[0]);
    if (operator === 'Tj') show(operands, pen, glyphs);
    if (operator === 'TJ') show(operands[0] as Operand[], pen, glyphs);
    if (operator === 'ET') {
      const text = glyphs.map((glyph) => glyph.text).join('');
      texts.push({ text: text.replaceAll('\u200b', ''), font: pen.font?.name ?? '', size: pen.size, glyphs });
    }
  }
  return texts;
}

/** What a marked-content sequence says that its glyphs mean. */
function actualText(properties: Operand | undefined): string | undefined {
  if (typeof properties !== 'object' || !('dictionary' in properties)) return undefined;
  const value = properties.dictionary[properties.dictionary.indexOf('/ActualText') + 1];
  if (!properties.dictionary.includes('/ActualText') || typeof value !== 'object' || !('bytes' in value))
    return undefined;
  return Buffer.from(value.bytes.slice(2), 'latin1').swap16().toString('utf16le');
}

function show(items: Operand[], pen: Pen, glyphs: ShownGlyph[]): void {
  for (const item of items) {
    if (typeof item === 'number') pen.x -= (item * pen.size) / 1000;
    if (typeof item !== 'object' || !('bytes' in item)) continue;
    const { codeBytes } = pen.font ?? { codeBytes: 2 };
    for (let i = 0; i < item.bytes.length; i += codeBytes) {
      const first = item.bytes.charCodeAt(i);
      const code = codeBytes === 1 ? first : first * 256 + item.bytes.charCodeAt(i + 1);
      const shown = pen.font?.codes.get(code);
      if (!shown) throw new Error(`font ${pen.font?.name} has no code ${code}`);
      const width = (shown.width * pen.size) / 1000;
      glyphs.push({ text: shown.text, x: pen.x, y: pen.y + pen.rise, width });
      pen.x += width;
    }
  }
}

function unpacked(stream: PDFStream): Uint8Array {
  if (!(stream instanceof PDFRawStream)) throw new Error('a stream that pdf-lib did not read from bytes');
  return decodePDFRawStream(stream).decode();
}
