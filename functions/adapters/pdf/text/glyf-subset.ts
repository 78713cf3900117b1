import { aligned, type Sfnt, tableOf, trueType } from './sfnt.ts';

/**
 * A font file with some glyphs of another. `idOf` gives a glyph's number in it, and throws for one left out. `sum` is
 * that of the file, as its `head` has it: of other glyphs, in all likelihood another.
 */
export type FontSubset = { bytes: Uint8Array; sum: number; idOf(glyph: number): number };

// The flags of a component, from the OpenType specification's chapter on `glyf`.
const argumentsAreWords = 0x0001;
const hasScale = 0x0008;
const moreComponents = 0x0020;
const hasTwoScales = 0x0040;
const hasTwoByTwo = 0x0080;

const tags = ['glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'] as const;
type Tag = (typeof tags)[number];
const headerLength = 12 + 16 * tags.length;
/** Offsets in a short `loca` are halved and must fit sixteen bits. */
const longestForShortLoca = 2 * 0xffff;
/** What the words of a whole file come to. */
const sumOfFile = 0xb1b0afba;

/**
 * Makes subsets of one font. The glyphs are numbered anew from 1, by their old order, 0 staying the missing glyph; those
 * that a composite is made of come along. The same set of glyphs gives the same bytes, in whatever order it comes.
 *
 * Tables: those that a PDF's CIDFontType2 needs, hinting aside (ISO 32000-1, 9.9). Our fonts have none (see
 * `templates/fonts/README.md`). Most certificates have a subset of their own, so what all subsets of a font begin with
 * is kept, and sums are put together from those of the parts.
 */
export function glyfSubsetter(font: Sfnt): (glyphs: Iterable<number>) => FontSubset {
  const start = startOf(font);
  const glyphAt = glyphsOf(font);

  return (wanted) => {
    const { glyphs, numbers } = closure(wanted, glyphAt);
    const n = glyphs.length;
    let glyfLength = 0;
    for (let i = 0; i < n; i++) glyfLength += (glyphs[i] as Glyph).room;
    const short = glyfLength <= longestForShortLoca;
    const hmtx = { offset: start.bytes.length, length: 4 * n };
    const loca = { offset: hmtx.offset + hmtx.length, length: (short ? 2 : 4) * (n + 1) };
    const glyf = { offset: loca.offset + aligned(loca.length), length: glyfLength };
    const bytes = new Uint8Array(glyf.offset + glyf.length);
    const view = new DataView(bytes.buffer);
    bytes.set(start.bytes);
    const sums = { hmtx: 0, loca: 0, glyf: 0 };
    let at = 0;
    for (let i = 0; i < n; i++) {
      const { outline, room, components, metrics, sum } = glyphs[i] as Glyph;
      bytes.set(outline, glyf.offset + at);
      sums.glyf += sum;
      for (let c = 0; c < components.length; c++) {
        const { glyph, at: place } = components[c] as Component;
        const number = numbers.get(glyph) ?? 0;
        view.setUint16(glyf.offset + at + place, number);
        sums.glyf += place % 4 === 0 ? number << 16 : number;
      }
      sums.loca += writeOffset(view, loca.offset, i, at, short);
      view.setInt32(hmtx.offset + 4 * i, metrics);
      sums.hmtx = (sums.hmtx + metrics) | 0;
      sums.glyf |= 0;
      at += room;
    }
    sums.loca += writeOffset(view, loca.offset, n, at, short);
    view.setInt16(start.places.head + 50, short ? 0 : 1);
    view.setUint16(start.places.hhea + 34, n);
    view.setUint16(start.places.maxp + 4, n);
    let directory = start.sums.header;
    directory += enter(view, 'hmtx', hmtx, sums.hmtx);
    directory += enter(view, 'loca', loca, sums.loca);
    directory += enter(view, 'glyf', glyf, sums.glyf);
    directory += enterSum(view, 'head', start.sums.head + (short ? 0 : 1));
    directory += enterSum(view, 'hhea', start.sums.hhea + n);
    directory += enterSum(view, 'maxp', start.sums.maxp + (n << 16));
    const sum = (sumOfFile - directory) >>> 0;
    view.setUint32(start.places.head + 8, sum);
    return {
      bytes,
      sum,
      idOf(glyph) {
        const number = numbers.get(glyph);
        if (number === undefined) throw new Error(`glyph ${glyph} is not in this subset`);
        return number;
      },
    };
  };
}

/**
 * A glyph as it is in the font, read once: its advance and bearing as `hmtx` has them, the sum of its words without the
 * numbers of its components, and the room that it takes.
 */
type Glyph = { id: number; outline: Uint8Array; room: number; components: Component[]; metrics: number; sum: number };
/** With where in the outline it is numbered. */
type Component = { glyph: number; at: number };
const none: Component[] = [];

function glyphsOf(font: Sfnt): (id: number) => Glyph {
  const { bytes, view } = font;
  const [head, hhea, hmtx, maxp, loca, glyf] = ['head', 'hhea', 'hmtx', 'maxp', 'loca', 'glyf'].map(
    (tag) => tableOf(font, tag).offset,
  ) as [number, number, number, number, number, number];
  const longLoca = view.getInt16(head + 50) === 1;
  const count = view.getUint16(maxp + 4);
  const widths = view.getUint16(hhea + 34);
  const offsetOf = (id: number) =>
    glyf + (longLoca ? view.getUint32(loca + 4 * id) : 2 * view.getUint16(loca + 2 * id));
  const known = new Map<number, Glyph>();
  return (id) => {
    let read = known.get(id);
    if (!read) {
      if (!(id >= 0 && id < count)) throw new Error(`glyph ${id} is not in this font`);
      const outline = bytes.subarray(offsetOf(id), offsetOf(id + 1));
      const found = components(view, offsetOf(id), offsetOf(id + 1));
      const bearing = id < widths ? hmtx + 4 * id + 2 : hmtx + 4 * widths + 2 * (id - widths);
      const metrics = (view.getUint16(hmtx + 4 * Math.min(id, widths - 1)) << 16) | view.getUint16(bearing);
      const words = new Uint8Array(aligned(outline.length));
      words.set(outline);
      for (const { at } of found) words.fill(0, at, at + 2);
      read = { id, outline, room: words.length, components: found, metrics, sum: sumOf(words) };
      known.set(id, read);
    }
    return read;
  };
}

/** The missing glyph, the glyphs wanted, and all that they are made of, in their order, and each one's number in it. */
function closure(
  wanted: Iterable<number>,
  glyphAt: (id: number) => Glyph,
): { glyphs: Glyph[]; numbers: Map<number, number> } {
  const numbers = new Map([[0, 0]]);
  const glyphs = [glyphAt(0)];
  const add = (id: number) => {
    if (numbers.has(id)) return;
    numbers.set(id, 0);
    glyphs.push(glyphAt(id));
  };
  for (const id of wanted) add(id);
  for (let i = 0; i < glyphs.length; i++) for (const { glyph } of (glyphs[i] as Glyph).components) add(glyph);
  glyphs.sort(byId);
  for (let i = 0; i < glyphs.length; i++) numbers.set((glyphs[i] as Glyph).id, i);
  return { glyphs, numbers };
}

function byId(a: Glyph, b: Glyph): number {
  return a.id - b.id;
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

/**
 * What every subset of a font begins with: the directory and the tables that hardly differ. Of those the sums are
 * without what each subset writes into them, of the directory without what it says of the tables' sums.
 */
type Start = {
  bytes: Uint8Array;
  places: Record<'head' | 'hhea' | 'maxp', number>;
  sums: Record<'header' | 'head' | 'hhea' | 'maxp', number>;
};

function startOf(font: Sfnt): Start {
  const lengths = { head: 54, hhea: 36, maxp: tableOf(font, 'maxp').length };
  const places = { head: headerLength, hhea: 0, maxp: 0 };
  places.hhea = places.head + aligned(lengths.head);
  places.maxp = places.hhea + aligned(lengths.hhea);
  const bytes = new Uint8Array(places.maxp + aligned(lengths.maxp));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, trueType);
  view.setUint16(4, tags.length);
  // For searching six tags in halves: 2² of them, in records of sixteen bytes.
  view.setUint16(6, 64);
  view.setUint16(8, 2);
  view.setUint16(10, 16 * tags.length - 64);
  tags.forEach((tag, i) => {
    for (let letter = 0; letter < 4; letter++) bytes[12 + 16 * i + letter] = tag.charCodeAt(letter);
  });
  for (const tag of ['head', 'hhea', 'maxp'] as const) {
    const { offset } = tableOf(font, tag);
    bytes.set(font.bytes.subarray(offset, offset + lengths[tag]), places[tag]);
    view.setUint32(records[tag] + 8, places[tag]);
    view.setUint32(records[tag] + 12, lengths[tag]);
  }
  view.setUint32(places.head + 8, 0);
  view.setInt16(places.head + 50, 0);
  view.setUint16(places.hhea + 34, 0);
  view.setUint16(places.maxp + 4, 0);
  const sums = {
    header: sumOf(bytes.subarray(0, headerLength)),
    head: sumOf(bytes.subarray(places.head, places.hhea)),
    hhea: sumOf(bytes.subarray(places.hhea, places.maxp)),
    maxp: sumOf(bytes.subarray(places.maxp)),
  };
  return { bytes, places, sums };
}

/** Where the directory tells of each table. */
const records = Object.fromEntries(tags.map((tag, i) => [tag, 12 + 16 * i])) as Record<Tag, number>;

/** Enters a table in the directory, and gives what it adds to the sum of the file: the table, and what is said of it. */
function enter(view: DataView, tag: Tag, { offset, length }: { offset: number; length: number }, sum: number): number {
  const record = records[tag];
  view.setUint32(record + 8, offset);
  view.setUint32(record + 12, length);
  return enterSum(view, tag, sum) + offset + length;
}

function enterSum(view: DataView, tag: Tag, sum: number): number {
  view.setUint32(records[tag] + 4, sum);
  return 2 * (sum | 0);
}

/** Of big-endian words, modulo 2³². */
function sumOf(bytes: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
    total = (total + (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))) | 0;
  }
  return total;
}

/** Gives what it adds to the sum of the table. */
function writeOffset(view: DataView, loca: number, index: number, offset: number, short: boolean): number {
  if (!short) {
    view.setUint32(loca + 4 * index, offset);
    return offset;
  }
  view.setUint16(loca + 2 * index, offset >> 1);
  return index % 2 === 0 ? (offset >> 1) << 16 : offset >> 1;
}
