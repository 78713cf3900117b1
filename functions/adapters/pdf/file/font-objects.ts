import type { OpenFont } from '../text/typefaces.ts';
import { hex4, utf16Hex } from './pdf-text.ts';

/** A font as one document embeds it: the subset's file and, for each of its codes, the glyph's width and text. */
export type EmbeddedFont = {
  font: OpenFont;
  kind: 'truetype' | 'cff';
  file: Uint8Array;
  /** In ascending order of `code`. Widths in thousandths of the type size. */
  shown: { code: number; width: number; text: string }[];
  /** Where one byte shows a glyph: which, and the text of it. In ascending order of `byte`. Else codes are two bytes. */
  bytes?: { byte: number; code: number; text: string }[];
};

/** The object numbers that an embedded font takes; `encoding`, where it is shown by bytes. */
export type FontNumbers = {
  font: number;
  descendant: number;
  descriptor: number;
  file: number;
  toUnicode: number;
  encoding?: number;
};

/** A body of an indirect object; `bytes` follow it as a stream whose dictionary lacks its `Length` and its end. */
export type RawObject = { number: number; body: string; bytes?: Uint8Array };

/**
 * The objects of a composite font (ISO 32000-1, 9.7): codes are glyph numbers in the subset, or bytes that a CMap of its
 * own leads to them. Written as text, since a certificate's own few glyphs go the same way as those that all certificates
 * share.
 */
export function fontObjects(embedded: EmbeddedFont, numbers: FontNumbers): RawObject[] {
  const { font, kind, file, bytes } = embedded;
  const name = `${subsetTag(file)}+${font.postScriptName}`;
  const cidFont = kind === 'truetype' ? '/CIDFontType2/CIDToGIDMap/Identity' : '/CIDFontType0';
  const italic = font.italicAngle === 0 ? 0 : 64;
  const metric = (value: number) => String(Math.round(value));
  const encoding = bytes && numbers.encoding !== undefined ? { number: numbers.encoding, bytes } : undefined;
  const texts = encoding ? encoding.bytes.map(({ byte, text }) => ({ code: byte, text })) : embedded.shown;
  return [
    {
      number: numbers.font,
      body: `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding${encoding ? ` ${encoding.number} 0 R` : '/Identity-H'}/DescendantFonts[${numbers.descendant} 0 R]/ToUnicode ${numbers.toUnicode} 0 R>>`,
    },
    {
      number: numbers.descendant,
      body: `<</Type/Font/Subtype${cidFont}/BaseFont/${name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ${numbers.descriptor} 0 R/DW 0/W[${widths(embedded.shown)}]>>`,
    },
    {
      number: numbers.descriptor,
      // 4: symbolic, which every font with codes of its own is.
      body: `<</Type/FontDescriptor/FontName/${name}/Flags ${4 + italic}/FontBBox[${font.bbox.map(metric).join(' ')}]/ItalicAngle ${font.italicAngle}/Ascent ${metric(font.ascent)}/Descent ${metric(font.descent)}/CapHeight ${metric(font.capHeight)}/StemV ${metric(font.stemV)}/${kind === 'truetype' ? 'FontFile2' : 'FontFile3'} ${numbers.file} 0 R>>`,
    },
    {
      number: numbers.file,
      body: kind === 'truetype' ? `<</Length1 ${file.length}` : '<</Subtype/CIDFontType0C',
      bytes: file,
    },
    {
      number: numbers.toUnicode,
      body: '<<',
      bytes: Buffer.from(toUnicode(texts, encoding ? oneByte : twoBytes), 'latin1'),
    },
    ...(encoding ? [encodingObject(encoding.number, encoding.bytes)] : []),
  ];
}

/** The way from bytes to glyphs; PDF/A wants what names it said alike in the stream and in its dictionary. */
function encodingObject(number: number, bytes: NonNullable<EmbeddedFont['bytes']>): RawObject {
  const singles = bytes.map(({ byte, code }) => `<${hex4(byte).slice(2)}> ${code}\n`);
  const content = `/CIDInit/ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo 3 dict dup begin/Registry(Adobe)def/Ordering(Identity)def/Supplement 0 def end def
/CMapName/${encodingName} def
/CMapType 1 def
/WMode 0 def
1 begincodespacerange
<00><FF>
endcodespacerange
${blocks(singles, 'cidchar')}${cmapEnd}`;
  return {
    number,
    body: `<</Type/CMap/CMapName/${encodingName}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/WMode 0`,
    bytes: Buffer.from(content, 'latin1'),
  };
}

const encodingName = 'Journeypaper-Bytes';

/** The six capitals that mark a subset: from its content, so that equal documents have equal bytes. */
function subsetTag(file: Uint8Array): string {
  // A fingerprint after Fowler, Noll and Vo: nobody gains by two fonts of one name.
  let digest = 0x811c9dc5;
  for (let i = 0; i < file.length; i++) digest = Math.imul(digest ^ (file[i] as number), 0x01000193);
  let tag = '';
  for (let i = 0, rest = digest >>> 0; i < 6; i++, rest = Math.floor(rest / 26))
    tag += String.fromCharCode(65 + (rest % 26));
  return tag;
}

/** Runs of neighbouring codes, each with its widths. */
function widths(shown: EmbeddedFont['shown']): string {
  let out = '';
  let next = -1;
  for (const { code, width } of shown) {
    out += code === next ? ' ' : `${next < 0 ? '' : ']'}${code}[`;
    out += String(Math.round(width * 100) / 100);
    next = code + 1;
  }
  return next < 0 ? '' : `${out}]`;
}

type CodeLength = { space: string; hex(code: number): string };
const oneByte: CodeLength = { space: '<00><FF>', hex: (code) => hex4(code).slice(2) };
const twoBytes: CodeLength = { space: '<0000><FFFF>', hex: hex4 };

const cmapHead = `/CIDInit/ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
/CMapName/Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
`;
const cmapEnd = `endcmap
CMapName currentdict/CMap defineresource pop
end
end`;

/** A range of a CMap stays within codes of one first byte. */
function toUnicode(shown: readonly { code: number; text: string }[], { space, hex }: CodeLength): string {
  const ranges: string[] = [];
  let first = -1;
  let next = -1;
  let texts = '';
  const close = () => {
    if (texts !== '') ranges.push(`<${hex(first)}><${hex(next - 1)}>[${texts}]\n`);
    texts = '';
  };
  for (const { code, text } of shown) {
    if (code !== next || code % 256 === 0) {
      close();
      first = code;
    }
    texts += `<${utf16Hex(text === '' ? noText : text)}>`;
    next = code + 1;
  }
  close();
  return `${cmapHead}${space}\nendcodespacerange\n${blocks(ranges, 'bfrange')}${cmapEnd}`;
}

/** A block of a CMap holds at most 100 lines. */
function blocks(lines: readonly string[], kind: 'bfrange' | 'cidchar'): string {
  let out = '';
  for (let at = 0; at < lines.length; at += 100) {
    const block = lines.slice(at, at + 100);
    out += `${block.length} begin${kind}\n${block.join('')}end${kind}\n`;
  }
  return out;
}

/** A glyph that adds nothing to the text of its cluster must still extract as something: a space without width. */
const noText = '\u200b';
