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
  const known = new Map<number, Glyph>();
  const glyphAt = (glyph: number): Glyph => {
    let read = known.get(glyph);
    if (!read) {
      if (!(glyph >= 0 && glyph < count)) throw new Error(`glyph ${glyph} is not in this font`);
      const start = startOf(glyph);
      const bearing = glyph < widths ? hmtx + 4 * glyph + 2 : hmtx + 4 * widths + 2 * (glyph - widths);
      read = {
        start,
        length: startOf(glyph + 1) - start,
        components: components(view, start, startOf(glyph + 1)),
        advance: view.getUint16(hmtx + 4 * Math.min(glyph, widths - 1)),
        bearing: view.getInt16(bearing),
      };
      known.set(glyph, read);
    }
    return read;
  };

  return (wanted) => {
    const glyphs = closure(wanted, glyphAt);
    const numbers = new Map<number, number>();
    let glyfLength = 0;
    for (let i = 0; i < glyphs.length; i++) {
      const glyph = glyphs[i] as number;
      numbers.set(glyph, i);
      glyfLength += aligned(glyphAt(glyph).length);
    }
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
      const { start, length, components, advance, bearing } = glyphAt(glyphs[i] as number);
      out.bytes.set(bytes.subarray(start, start + length), toGlyf + at);
      for (const { glyph, at: place } of components) out.view.setUint16(toGlyf + at + place, numbers.get(glyph) ?? 0);
      writeOffset(out.view, toLoca, i, at, short);
      at += aligned(length);
      out.view.setUint16(toHmtx + 4 * i, advance);
      out.view.setInt16(toHmtx + 4 * i + 2, bearing);
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

/** A glyph as it is in the font, read once. Components with where in the outline they are numbered. */
type Glyph = { start: number; length: number; components: Component[]; advance: number; bearing: number };
type Component = { glyph: number; at: number };
const none: Component[] = [];

type Output = { bytes: Uint8Array; view: DataView; offsets: number[] };

/** The missing glyph, the glyphs wanted, and all that they are made of, sorted. */
function closure(wanted: Iterable<number>, glyphAt: (glyph: number) => Glyph): number[] {
  // A set goes on over what is added to it meanwhile.
  const glyphs = new Set([0]);
  for (const glyph of wanted) glyphs.add(glyph);
  for (const glyph of glyphs) for (const component of glyphAt(glyph).components) glyphs.add(component.glyph);
  return [...glyphs].sort((a, b) => a - b);
}

/** The components of the outline at `start`; of a plain outline, none. */
function components(view: DataView, start: number, end: number): Component[] {
  if (end - start < 12 || view.getInt16(start) >= 0) return none;
  const found: Component[] = [];
  let at = start + 10;
  for (let more = true; more; ) {
    const flags = view.getUint16(at);
    found.push({ glyph: view.getUint16(at + 2), at: at + 2 - start });
    at += 4 + (flags & argumentsAreWords ? 4 : 2);
    if (flags & hasScale) at += 2;
    else if (flags & hasTwoScales) at += 4;
    else if (flags & hasTwoByTwo) at += 8;
    more = (flags & moreComponents) !== 0;
  }
  return found;
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
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i] as string;
    for (let letter = 0; letter < 4; letter++) bytes[12 + 16 * i + letter] = tag.charCodeAt(letter);
    view.setUint32(12 + 16 * i + 8, offsets[i] as number);
    view.setUint32(12 + 16 * i + 12, lengths[i] as number);
  }
  return { bytes, view, offsets };
}

/** The sums of the tables, then that of the file, which `head` holds and is summed without. */
function writeSums({ bytes, view, offsets }: Output, lengths: number[], head: number): void {
  view.setUint32(head + 8, 0);
  let whole = 0;
  for (let i = 0; i < lengths.length; i++) {
    const start = offsets[i] as number;
    const own = sum(bytes, start, start + aligned(lengths[i] as number));
    view.setUint32(12 + 16 * i + 4, own);
    whole += own;
  }
  // Besides the tables, the file is its directory.
  whole += sum(bytes, 0, headerLength);
  view.setUint32(head + 8, 0xb1b0afba - whole);
}

/** Of big-endian words, modulo 2³². */
function sum(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  for (let at = start; at < end; at += 4) {
    const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
    total = (total + (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))) | 0;
  }
  return total;
}

function writeOffset(view: DataView, loca: number, index: number, offset: number, short: boolean): void {
  if (short) view.setUint16(loca + 2 * index, offset / 2);
  else view.setUint32(loca + 4 * index, offset);
}
