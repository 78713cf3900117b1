/** A TrueType file and where its tables lie. */
export type Sfnt = { bytes: Uint8Array; view: DataView; tables: ReadonlyMap<string, Table> };
export type Table = { offset: number; length: number };

/** What a PDF says of a font, in thousandths of an em. */
export type FontFacts = {
  postScriptName: string;
  unitsPerEm: number;
  ascent: number;
  descent: number;
  capHeight: number;
  bbox: [number, number, number, number];
  italicAngle: number;
  stemV: number;
};

export const trueType = 0x00010000;
const needed = ['head', 'hhea', 'hmtx', 'maxp', 'loca', 'glyf', 'cmap', 'OS/2', 'post', 'name'];

/** Reads the directory of a font file. Throws, naming the file, where it is no TrueType font with outlines in `glyf`. */
export function readSfnt(file: string, bytes: Uint8Array): Sfnt {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0) !== trueType) throw new Error(`${file} is not a TrueType font`);
  const tables = new Map<string, Table>();
  if (bytes.length < 12 + 16 * view.getUint16(4)) throw new Error(`${file} is cut short`);
  for (let at = 12; at < 12 + 16 * view.getUint16(4); at += 16) {
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const table = { offset: view.getUint32(at + 8), length: view.getUint32(at + 12) };
    if (table.offset + table.length > bytes.length) throw new Error(`${file} is cut short in its table ${tag}`);
    tables.set(tag, table);
  }
  const missing = needed.filter((tag) => !tables.has(tag));
  if (missing.length > 0) throw new Error(`${file} lacks its table ${missing.join(', ')}`);
  return { bytes, view, tables };
}

export function tableOf({ tables }: Sfnt, tag: string): Table {
  const table = tables.get(tag);
  if (!table) throw new Error(`a font lacks its table ${tag}`);
  return table;
}

/** The file without its outlines: all that shaping reads, and of a font of Han characters a thirtieth. */
export function withoutOutlines({ bytes, tables }: Sfnt): Uint8Array {
  const kept = [...tables].filter(([tag]) => tag !== 'glyf' && tag !== 'loca');
  const header = 12 + 16 * kept.length;
  const length = kept.reduce((sum, [, table]) => sum + aligned(table.length), header);
  const copy = new Uint8Array(length);
  const view = new DataView(copy.buffer);
  view.setUint32(0, trueType);
  view.setUint16(4, kept.length);
  let end = header;
  kept.forEach(([tag, table], i) => {
    const record = 12 + 16 * i;
    for (let letter = 0; letter < 4; letter++) copy[record + letter] = tag.charCodeAt(letter);
    view.setUint32(record + 8, end);
    view.setUint32(record + 12, table.length);
    copy.set(bytes.subarray(table.offset, table.offset + table.length), end);
    end += aligned(table.length);
  });
  return copy;
}

/** Tables begin at multiples of four. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}

export function factsOf(font: Sfnt): FontFacts {
  const { view } = font;
  const [head, hhea, os2, post] = ['head', 'hhea', 'OS/2', 'post'].map((tag) => tableOf(font, tag).offset) as [
    number,
    number,
    number,
    number,
  ];
  const unitsPerEm = view.getUint16(head + 18);
  const em = (at: number) => (view.getInt16(at) * 1000) / unitsPerEm;
  const ascent = em(hhea + 4);
  const weight = view.getUint16(os2 + 4);
  const knowsCapHeight = view.getUint16(os2) >= 2 && view.getInt16(os2 + 88) > 0;
  return {
    postScriptName: postScriptName(font),
    unitsPerEm,
    ascent,
    descent: em(hhea + 6),
    capHeight: knowsCapHeight ? em(os2 + 88) : ascent,
    bbox: [em(head + 36), em(head + 38), em(head + 40), em(head + 42)],
    italicAngle: view.getInt32(post + 4) / 65_536,
    // No table of a font holds it; viewers use it only to imitate a font that is missing, and ours are embedded.
    stemV: Math.round(50 + (weight / 65) ** 2),
  };
}

/** The advance of a glyph in font units. */
export function advanceOf(font: Sfnt): (glyph: number) => number {
  const { view } = font;
  const hmtx = tableOf(font, 'hmtx').offset;
  const last = view.getUint16(tableOf(font, 'hhea').offset + 34) - 1;
  return (glyph) => view.getUint16(hmtx + 4 * Math.min(glyph, last));
}

function postScriptName(font: Sfnt): string {
  const { bytes, view } = font;
  const { offset } = tableOf(font, 'name');
  const strings = offset + view.getUint16(offset + 4);
  for (let at = offset + 6; at < offset + 6 + 12 * view.getUint16(offset + 2); at += 12) {
    if (view.getUint16(at + 6) !== 6) continue;
    const start = strings + view.getUint16(at + 10);
    // ASCII by its definition, in one byte or two.
    const characters = bytes.subarray(start, start + view.getUint16(at + 8)).filter((byte) => byte > 0);
    return String.fromCharCode(...characters);
  }
  throw new Error('a font file has no PostScript name');
}
