import type { OpenFont } from '../text/typefaces.ts';
import { hex4, inOnePiece, utf16Hex } from './pdf-text.ts';

/** A font as one document embeds it: the subset's file and, for each of its codes, the glyph's width and text. */
export type EmbeddedFont = {
  font: OpenFont;
  /** A TrueType file, and the sum that it says of itself. */
  file: Uint8Array;
  sum: number;
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
  const { font, file, bytes } = embedded;
  const name = `${subsetTag(embedded.sum)}+${font.postScriptName}`;
  const encoding = bytes && numbers.encoding !== undefined ? { number: numbers.encoding, bytes } : undefined;
  const texts = encoding ? encoding.bytes.map(({ byte, text }) => ({ code: byte, text })) : embedded.shown;
  return [
    {
      number: numbers.font,
      body: `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding${encoding ? ` ${encoding.number} 0 R` : '/Identity-H'}/DescendantFonts[${numbers.descendant} 0 R]/ToUnicode ${numbers.toUnicode} 0 R>>`,
    },
    {
      number: numbers.descendant,
      body: `<</Type/Font/Subtype/CIDFontType2/CIDToGIDMap/Identity/BaseFont/${name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ${numbers.descriptor} 0 R/DW 0/W[${widths(embedded.shown)}]>>`,
    },
    {
      number: numbers.descriptor,
      body: `<</Type/FontDescriptor/FontName/${name}${descriptionOf(font)} ${numbers.file} 0 R>>`,
    },
    { number: numbers.file, body: `<</Length1 ${file.length}`, bytes: file },
    {
      number: numbers.toUnicode,
      body: '<<',
      bytes: Buffer.from(toUnicode(texts, encoding ? oneByte : twoBytes), 'latin1'),
    },
    ...(encoding ? [encodingObject(encoding.number, encoding.bytes)] : []),
  ];
}

const descriptions = new WeakMap<OpenFont, string>();

/** What a descriptor says of the font itself, up to the number of its file. */
function descriptionOf(font: OpenFont): string {
  let text = descriptions.get(font);
  if (text === undefined) {
    const { italicAngle, ascent, descent, capHeight, stemV, bbox } = font;
    // 4: symbolic, which every font with codes of its own is.
    const flags = 4 + (italicAngle === 0 ? 0 : 64);
    const [box, ...metrics] = [bbox.map(Math.round).join(' '), ...[ascent, descent, capHeight, stemV].map(Math.round)];
    text = inOnePiece(
      `/Flags ${flags}/FontBBox[${box}]/ItalicAngle ${italicAngle}/Ascent ${metrics[0]}/Descent ${metrics[1]}/CapHeight ${metrics[2]}/StemV ${metrics[3]}/FontFile2`,
    );
    descriptions.set(font, text);
  }
  return text;
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
function subsetTag(sum: number): string {
  let tag = '';
  for (let i = 0, rest = sum; i < 6; i++, rest = Math.floor(rest / 26)) tag += String.fromCharCode(65 + (rest % 26));
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

/**
 * A range of a CMap stays within codes of one first byte. Texts of one character
 * each that follow one another are said by the first: an alphabet's mostly do.
 */
function toUnicode(shown: readonly Shown[], { space, hex }: CodeLength): string {
  const ranges: string[] = [];
  for (let i = 0; i < shown.length; ) {
    const first = shown[i] as Shown;
    let next = i + 1;
    while (next < shown.length && follows(shown, next)) next++;
    let rising = i + 1;
    while (rising < next && risesTo(shown, rising)) rising++;
    // Three are shorter than a list of them.
    const isRising = rising - i >= 3;
    if (isRising) next = rising;
    else {
      for (let at = i + 1; at + 2 < next; at++) if (risesTo(shown, at + 1) && risesTo(shown, at + 2)) next = at;
    }
    const range = `<${hex(first.code)}><${hex(first.code + next - i - 1)}>`;
    let texts = '';
    for (let at = i; at < (isRising ? i + 1 : next); at++)
      texts += `<${utf16Hex((shown[at] as Shown).text || noText)}>`;
    ranges.push(isRising ? `${range}${texts}\n` : `${range}[${texts}]\n`);
    i = next;
  }
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

type Shown = { code: number; text: string };

/** Is the code here the next after the one before? */
function follows(shown: readonly Shown[], at: number): boolean {
  const { code } = shown[at] as Shown;
  return code === (shown[at - 1] as Shown).code + 1 && code % 256 !== 0;
}

/** And so the text, both of one unit whose last byte does not overflow? */
function risesTo(shown: readonly Shown[], at: number): boolean {
  const [{ text: before }, { text }] = [shown[at - 1] as Shown, shown[at] as Shown];
  if (before.length !== 1 || text.length !== 1) return false;
  const unit = text.charCodeAt(0);
  return unit === before.charCodeAt(0) + 1 && unit % 256 !== 0;
}

/** A glyph that adds nothing to the text of its cluster must still extract as something: a space without width. */
const noText = '\u200b';
