import type { Subset } from '@pdf-lib/fontkit';
import type { PDFContext, PDFRef } from 'pdf-lib';
import { PDFString } from 'pdf-lib';
import { sha256 } from '../../domain/hash.ts';
import type { Face, ShapedGlyph } from './fonts.ts';

/** The part of one font that one document uses. */
export type FontSubset = {
  /** The code that shows the glyph, as four hex digits. */
  code(glyph: ShapedGlyph): string;
  /** Writes the font program with its widths and its way back to text. Null when nothing was shown in this font. */
  embed(context: PDFContext): Promise<PDFRef | null>;
};

type Shown = { glyphInSubset: number; text: string; width: number };

/**
 * Collects the glyphs of one document. A code stands for a glyph *and its text*: a small capital that stands for `a`
 * here and for `A` there gets two codes, so that the text extracts as it was written. (pdf-lib's own embedding knows
 * one text per glyph, ignores kerning and mark positions, and names fonts at random.)
 */
export function fontSubset(face: Face): FontSubset {
  const subset = face.font.createSubset();
  const codes = new Map<string, number>();
  const shown: Shown[] = [];
  return {
    code(glyph) {
      const key = `${glyph.id}:${glyph.text}`;
      let code = codes.get(key);
      if (code === undefined) {
        // Code 0 stays the missing glyph.
        code = shown.length + 1;
        codes.set(key, code);
        shown.push({ glyphInSubset: subset.includeGlyph(glyph.id), text: glyph.text, width: glyph.width });
      }
      return hex(code);
    },
    async embed(context) {
      if (shown.length === 0) return null;
      const program = await encode(subset);
      const name = `${subsetTag(program)}+${face.font.postscriptName}`;
      return context.register(
        context.obj({
          Type: 'Font',
          Subtype: 'Type0',
          BaseFont: name,
          Encoding: 'Identity-H',
          DescendantFonts: [descendant(context, face, name, program, shown)],
          ToUnicode: context.register(context.flateStream(toUnicode(shown))),
        }),
      );
    },
  };
}

function descendant(context: PDFContext, face: Face, name: string, program: Uint8Array, shown: Shown[]): PDFRef {
  const glyphOfCode = new Uint8Array(2 * (shown.length + 1));
  shown.forEach(({ glyphInSubset }, i) => {
    glyphOfCode.set([glyphInSubset >> 8, glyphInSubset & 0xff], 2 * (i + 1));
  });
  return context.register(
    context.obj({
      Type: 'Font',
      Subtype: 'CIDFontType2',
      BaseFont: name,
      CIDSystemInfo: { Registry: PDFString.of('Adobe'), Ordering: PDFString.of('Identity'), Supplement: 0 },
      CIDToGIDMap: context.register(context.flateStream(glyphOfCode)),
      FontDescriptor: descriptor(context, face, name, program),
      W: [1, shown.map(({ width }) => width)],
    }),
  );
}

function descriptor(context: PDFContext, { font }: Face, name: string, program: Uint8Array): PDFRef {
  const scale = 1000 / font.unitsPerEm;
  const { minX, minY, maxX, maxY } = font.bbox;
  const symbolic = 4;
  const serif = 2;
  const italic = font.italicAngle === 0 ? 0 : 64;
  return context.register(
    context.obj({
      Type: 'FontDescriptor',
      FontName: name,
      Flags: symbolic + serif + italic,
      FontBBox: [minX, minY, maxX, maxY].map((length) => length * scale),
      ItalicAngle: font.italicAngle,
      Ascent: font.ascent * scale,
      Descent: font.descent * scale,
      CapHeight: font.capHeight * scale,
      // No table of a font holds it; viewers use it only to imitate a font that is missing, and this one is embedded.
      StemV: 80,
      FontFile2: context.register(context.flateStream(program, { Length1: program.length })),
    }),
  );
}

function encode(subset: Subset): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    // fontkit's types know two events of this Node stream.
    const stream = subset.encodeStream() as unknown as NodeJS.ReadableStream;
    stream
      .on('data', (part: Uint8Array) => parts.push(part))
      .on('end', () => resolve(Buffer.concat(parts)))
      .on('error', reject);
  });
}

/** The six capitals that mark a subset: from its content, so that equal documents have equal bytes. */
function subsetTag(program: Uint8Array): string {
  const digits = sha256(program).slice(0, 12).match(/../g) ?? [];
  return digits.map((byte) => String.fromCharCode(65 + (Number.parseInt(byte, 16) % 26))).join('');
}

/** A CMap holds at most 100 entries a block. */
const entriesPerBlock = 100;

function toUnicode(shown: Shown[]): string {
  const entries = shown.map(({ text }, i) => `<${hex(i + 1)}> <${utf16Hex(text)}>`);
  const blocks: string[] = [];
  for (let at = 0; at < entries.length; at += entriesPerBlock) {
    const block = entries.slice(at, at + entriesPerBlock);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${blocks.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`;
}

/** UTF-16, big endian, as PDF writes text in hexadecimal strings. */
export function utf16Hex(text: string): string {
  return Array.from({ length: text.length }, (_, i) => hex(text.charCodeAt(i))).join('');
}

function hex(number: number): string {
  return number.toString(16).toUpperCase().padStart(4, '0');
}
