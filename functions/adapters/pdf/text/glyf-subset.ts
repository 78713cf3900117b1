import { aligned, type Sfnt, tableOf, trueType } from './sfnt.ts';

/** A font file with some glyphs of another. `idOf` gives a glyph's number in it, and throws for one left out. */
export type FontSubset = { kind: 'truetype'; bytes: Uint8Array; idOf(glyph: number): number };

// The flags of a component, from the OpenType specification's chapter on `glyf`.
const argumentsAreWords = 0x0001;
const hasScale = 0x0008;
const moreComponents = 0x0020;
const hasTwoScales = 0x0040;
const hasTwoByTwo = 0x0080;

const tags = ['glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'] as const;
const headerLength = 12 + 16 * tags.length;
/** Offsets in a short `loca` are halved and must fit sixteen bits. */
const longestForShortLoca = 2 * 0xffff;

/**
 * Makes subsets of one font. The glyphs are numbered anew from 1, by their old order, 0 staying the missing glyph; those
 * that a composite is made of come along. The same set of glyphs gives the same bytes, in whatever order it comes.
 *
 * Tables: those that a PDF's CIDFontType2 needs, hinting aside (ISO 32000-1, 9.9). Our fonts have none (see
 * `templates/fonts/README.md`).
 */
export function glyfSubsetter(font: Sfnt): (glyphs: Iterable<number>) => FontSubset {
  const { bytes, view } = font;
  const [head, hhea, hmtx, maxp, loca, glyf] = ['head', 'hhea', 'hmtx', 'maxp', 'loca', 'glyf'].map(
    (tag) => tableOf(font, tag).offset,
  ) as [number, number, number, number, number, number];
  const lengths = { head: 54, hhea: 36, maxp: tableOf(font, 'maxp').length };
  const longLoca = view.getInt16(head + 50) === 1;
  const count = view.getUint16(maxp + 4);
  const widths = view.getUint16(hhea + 34);
  const startOf = (glyph: number) =>
    glyf + (longLoca ? view.getUint32(loca + 4 * glyph) : 2 * view.getUint16(loca + 2 * glyph));

  return (wanted) => {
    const glyphs = closure(wanted, count, (glyph, found) =>
      components(font, startOf(glyph), startOf(glyph + 1), found),
    );
    const numbers = new Map(glyphs.map((glyph, i) => [glyph, i]));
    const sizes = glyphs.map((glyph) => aligned(startOf(glyph + 1) - startOf(glyph)));
    const glyfLength = sizes.reduce((sum, size) => sum + size, 0);
    const short = glyfLength <= longestForShortLoca;
    const n = glyphs.length;
    const tableLengths = [glyfLength, lengths.head, lengths.hhea, 4 * n, (short ? 2 : 4) * (n + 1), lengths.maxp];
    const out = layOut(tableLengths);
    const [toGlyf, toHead, toHhea, toHmtx, toLoca, toMaxp] = out.offsets as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    out.bytes.set(bytes.subarray(head, head + lengths.head), toHead);
    out.bytes.set(bytes.subarray(hhea, hhea + lengths.hhea), toHhea);
    out.bytes.set(bytes.subarray(maxp, maxp + lengths.maxp), toMaxp);
    let at = 0;
    for (let i = 0; i < n; i++) {
      const glyph = glyphs[i] ?? 0;
      const start = startOf(glyph);
      out.bytes.set(bytes.subarray(start, startOf(glyph + 1)), toGlyf + at);
      renumber(out.view, toGlyf + at, startOf(glyph + 1) - start, numbers);
      writeOffset(out.view, toLoca, i, at, short);
      at += sizes[i] ?? 0;
      const bearing = glyph < widths ? hmtx + 4 * glyph + 2 : hmtx + 4 * widths + 2 * (glyph - widths);
      out.view.setUint16(toHmtx + 4 * i, view.getUint16(hmtx + 4 * Math.min(glyph, widths - 1)));
      out.view.setInt16(toHmtx + 4 * i + 2, view.getInt16(bearing));
    }
    writeOffset(out.view, toLoca, n, at, short);
    out.view.setInt16(toHead + 50, short ? 0 : 1);
    out.view.setUint16(toHhea + 34, n);
    out.view.setUint16(toMaxp + 4, n);
    writeSums(out, tableLengths, toHead);
    return {
      kind: 'truetype',
      bytes: out.bytes,
      idOf(glyph) {
        const number = numbers.get(glyph);
        if (number === undefined) throw new Error(`glyph ${glyph} is not in this subset`);
        return number;
      },
    };
  };
}

type Output = { bytes: Uint8Array; view: DataView; offsets: number[] };

/** The missing glyph, the glyphs wanted, and all that they are made of, sorted. */
function closure(
  wanted: Iterable<number>,
  count: number,
  componentsOf: (glyph: number, found: (component: number) => void) => void,
): number[] {
  const seen = new Set([0]);
  const waiting = [0];
  const add = (glyph: number) => {
    if (!(glyph >= 0 && glyph < count)) throw new Error(`glyph ${glyph} is not in this font`);
    if (seen.has(glyph)) return;
    seen.add(glyph);
    waiting.push(glyph);
  };
  for (const glyph of wanted) add(glyph);
  for (let glyph = waiting.pop(); glyph !== undefined; glyph = waiting.pop()) componentsOf(glyph, add);
  return [...seen].sort((a, b) => a - b);
}

/** Calls `found` with the number of each component of the outline at `start`; of a plain outline, never. */
function components(
  { view }: { view: DataView },
  start: number,
  end: number,
  found: (component: number, at: number) => void,
): void {
  if (end - start < 12 || view.getInt16(start) >= 0) return;
  let at = start + 10;
  for (let more = true; more; ) {
    const flags = view.getUint16(at);
    found(view.getUint16(at + 2), at + 2);
    at += 4 + (flags & argumentsAreWords ? 4 : 2);
    if (flags & hasScale) at += 2;
    else if (flags & hasTwoScales) at += 4;
    else if (flags & hasTwoByTwo) at += 8;
    more = (flags & moreComponents) !== 0;
  }
}

function renumber(view: DataView, start: number, length: number, numbers: ReadonlyMap<number, number>): void {
  components({ view }, start, start + length, (component, at) => view.setUint16(at, numbers.get(component) ?? 0));
}

/** The file with its directory, but for the sums. Tables in the order of their tags, at multiples of four. */
function layOut(lengths: number[]): Output {
  const offsets: number[] = [];
  let end = headerLength;
  for (const length of lengths) {
    offsets.push(end);
    end += aligned(length);
  }
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, trueType);
  view.setUint16(4, tags.length);
  // For searching six tags in halves: 2² of them, in records of sixteen bytes.
  view.setUint16(6, 64);
  view.setUint16(8, 2);
  view.setUint16(10, 16 * tags.length - 64);
  tags.forEach((tag, i) => {
    for (let letter = 0; letter < 4; letter++) bytes[12 + 16 * i + letter] = tag.charCodeAt(letter);
    view.setUint32(12 + 16 * i + 8, offsets[i] ?? 0);
    view.setUint32(12 + 16 * i + 12, lengths[i] ?? 0);
  });
  return { bytes, view, offsets };
}

/** The sums of the tables, then that of the file, which `head` holds and is summed without. */
function writeSums({ bytes, view, offsets }: Output, lengths: number[], head: number): void {
  view.setUint32(head + 8, 0);
  lengths.forEach((length, i) => {
    view.setUint32(12 + 16 * i + 4, sum(view, offsets[i] ?? 0, aligned(length)));
  });
  view.setUint32(head + 8, (0xb1b0afba - sum(view, 0, bytes.length)) >>> 0);
}

function sum(view: DataView, start: number, length: number): number {
  let total = 0;
  for (let at = start; at < start + length; at += 4) total = (total + view.getUint32(at)) | 0;
  return total >>> 0;
}

function writeOffset(view: DataView, loca: number, index: number, offset: number, short: boolean): void {
  if (short) view.setUint16(loca + 2 * index, offset / 2);
  else view.setUint32(loca + 4 * index, offset);
}
