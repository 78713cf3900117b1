import { unprintableIn } from './characters.ts';
import type { FaceName } from './font-list.ts';
import { type FontSubset, glyfSubsetter } from './glyf-subset.ts';
import { type HarfBuzz, type SetGlyph, startHarfBuzz } from './harfbuzz.ts';
import { type Item, itemise } from './itemise.ts';
import { remembered } from './remembered.ts';
import { advanceOf, type FontFacts, factsOf, readSfnt, withoutOutlines } from './sfnt.ts';

export type { FaceName };

/** Reads a file of `templates/fonts/`, or `harfbuzz.wasm`; each is asked for once, when first needed. */
export type FontSource = (file: string) => Uint8Array;

export type TextOptions = {
  face: FaceName;
  features?: { smcp?: true; tnum?: true; liga?: false };
  /** BCP 47: chooses among the forms of one Han character, and a font's own forms for a language. */
  language?: string;
  /** By default that of the first letter that has one. */
  direction?: 'ltr' | 'rtl';
};

/** Lengths in 1/1000 em. `text` is what the glyph extracts as: that of its cluster, or '' for a cluster's later glyphs. */
export type ShapedGlyph = { id: number; advance: number; dx: number; dy: number; text: string };

/**
 * A stretch in one font and one direction, `start` UTF-16 units into the line. `text` in logical order, `glyphs` from
 * left to right.
 */
export type GlyphRun = {
  font: string;
  rtl: boolean;
  start: number;
  text: string;
  advance: number;
  glyphs: ShapedGlyph[];
};

/** A line of text, normalised to NFC; its runs from left to right. */
export type ShapedText = { text: string; direction: 'ltr' | 'rtl'; advance: number; runs: GlyphRun[] };

export type OpenFont = FontFacts & {
  id: string;
  /** The font's own advance of a glyph, in 1/1000 em. */
  widthOf(glyph: number): number;
  /** A font file holding just these glyphs (and what they are composed of). The same glyphs give the same bytes. */
  subset(glyphs: Iterable<number>): FontSubset;
};

export type Typefaces = {
  /**
   * Sets a line. In each run, `text` is what its glyphs extract as, read in logical order; the runs' texts together are
   * the line's. Throws, naming code points, where no font prints a character: ask `unprintable` first.
   */
  shape(text: string, options: TextOptions): ShapedText;
  font(id: string): OpenFont;
  /** Characters with their marks that no font prints, each once, in the order of the text. Reads no font. */
  unprintable(text: string): string[];
};

/**
 * Starts HarfBuzz. A font waits until a text needs it.
 *
 *     const typefaces = await openTypefaces(typefaceFiles(root));
 *     typefaces.shape('2025 (أحمد)', { face: 'regular' }).runs
 */
export async function openTypefaces(source: FontSource): Promise<Typefaces> {
  const harfbuzz = startHarfBuzz(source('harfbuzz.wasm'));
  const open = remembered((id) => openFont(id, source, harfbuzz));
  return {
    shape(given, options) {
      const text = given.normalize('NFC');
      const { items, direction } = itemise(text, options);
      const features = featuresOf(options);
      const language = options.language ?? '';
      const runs = items.map((item) => {
        const { pointer, font } = open(item.font);
        const set = harfbuzz.shape(pointer, text, { ...item, language, features });
        return glyphRun(item, text, set, 1000 / font.unitsPerEm);
      });
      return { text, direction, advance: runs.reduce((sum, run) => sum + run.advance, 0), runs };
    },
    font: (id) => open(id).font,
    unprintable: unprintableIn,
  };
}

type Opened = { pointer: number; font: OpenFont };

function openFont(id: string, source: FontSource, harfbuzz: HarfBuzz): Opened {
  const sfnt = readSfnt(`${id}.ttf`, source(`${id}.ttf`));
  const facts = factsOf(sfnt);
  const advance = advanceOf(sfnt);
  const scale = 1000 / facts.unitsPerEm;
  const font = { ...facts, id, widthOf: (glyph: number) => advance(glyph) * scale, subset: glyfSubsetter(sfnt) };
  return { pointer: harfbuzz.open(withoutOutlines(sfnt)), font };
}

function featuresOf({ features }: TextOptions): string {
  if (!features) return '';
  return [features.smcp && 'smcp=1', features.tnum && 'tnum=1', features.liga === false && 'liga=0']
    .filter((feature) => feature)
    .join(',');
}

/**
 * Gives each cluster's text to its first glyph. HarfBuzz keeps clusters in order, rising, or falling from the right.
 * From the right, a cluster of as many glyphs as characters gives each its own: readers that go by positions turn the
 * glyphs of a line around, but not the characters of one glyph, so that a letter and its marks would change places.
 */
function glyphRun(item: Item, text: string, set: SetGlyph[], scale: number): GlyphRun {
  const glyphs: ShapedGlyph[] = [];
  let advance = 0;
  for (let first = 0; first < set.length; ) {
    const cluster = set[first]?.cluster ?? 0;
    let next = first + 1;
    while (set[next]?.cluster === cluster) next++;
    const after = item.rtl ? set[first - 1]?.cluster : set[next]?.cluster;
    const letters = text.slice(cluster, after ?? item.end);
    const own = item.rtl && letters.length === next - first ? [...letters].reverse() : [letters];
    for (let i = first; i < next; i++) {
      const glyph = set[i];
      if (!glyph) continue;
      // Glyph 0 is the box of a missing character: coverage.json, which chose the font, is of other fonts.
      if (glyph.id === 0) throw new Error(`${item.font} lacks a character: run npm run printable`);
      advance += glyph.advance * scale;
      glyphs.push({
        id: glyph.id,
        advance: glyph.advance * scale,
        dx: glyph.dx * scale,
        dy: glyph.dy * scale,
        text: own[i - first] ?? '',
      });
    }
    first = next;
  }
  const { font, rtl, start, end } = item;
  return { font, rtl, start, text: text.slice(start, end), advance, glyphs };
}
