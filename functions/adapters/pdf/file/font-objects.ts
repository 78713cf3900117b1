import type { OpenFont } from '../text/typefaces.ts';
import { hex4, utf16Hex } from './pdf-text.ts';

/** A font as one document embeds it: the subset's file and, for each of its codes, the glyph's width and text. */
export type EmbeddedFont = {
  font: OpenFont;
  kind: 'truetype' | 'cff';
  file: Uint8Array;
  /** In ascending order of `code`. Widths in thousandths of the type size. */
  shown: { code: number; width: number; text: string }[];
};

/** The object numbers that an embedded font takes. */
export type FontNumbers = { font: number; descendant: number; descriptor: number; file: number; toUnicode: number };

/** A body of an indirect object; `bytes` follow it as a stream whose dictionary lacks its `Length` and its end. */
export type RawObject = { number: number; body: string; bytes?: Uint8Array };

/**
 * The five objects of a composite font (ISO 32000-1, 9.7): codes are glyph numbers in the subset. Written as text, since
 * a certificate's own few glyphs go the same way as those that all certificates share.
 */
export function fontObjects(embedded: EmbeddedFont, numbers: FontNumbers): RawObject[] {
  const { font, kind, file } = embedded;
  const name = `${subsetTag(file)}+${font.postScriptName}`;
  const cidFont = kind === 'truetype' ? '/CIDFontType2/CIDToGIDMap/Identity' : '/CIDFontType0';
  const italic = font.italicAngle === 0 ? 0 : 64;
  const metric = (value: number) => String(Math.round(value));
  return [
    {
      number: numbers.font,
      body: `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding/Identity-H/DescendantFonts[${numbers.descendant} 0 R]/ToUnicode ${numbers.toUnicode} 0 R>>`,
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
    { number: numbers.toUnicode, body: '<<', bytes: Buffer.from(toUnicode(embedded.shown), 'latin1') },
  ];
}

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

const cmapHead = `/CIDInit/ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
/CMapName/Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000><FFFF>
endcodespacerange
`;
const cmapEnd = `endcmap
CMapName currentdict/CMap defineresource pop
end
end`;

/** A range of a CMap stays within codes of one first byte, and a block holds at most 100 ranges. */
function toUnicode(shown: EmbeddedFont['shown']): string {
  const ranges: string[] = [];
  let first = -1;
  let next = -1;
  let texts = '';
  const close = () => {
    if (texts !== '') ranges.push(`<${hex4(first)}><${hex4(next - 1)}>[${texts}]\n`);
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
  let out = cmapHead;
  for (let at = 0; at < ranges.length; at += 100) {
    const block = ranges.slice(at, at + 100);
    out += `${block.length} beginbfrange\n${block.join('')}endbfrange\n`;
  }
  return out + cmapEnd;
}

/** A glyph that adds nothing to the text of its cluster must still extract as something: a space without width. */
const noText = '\u200b';
