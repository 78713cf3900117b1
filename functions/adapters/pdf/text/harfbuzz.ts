import { type HarfBuzzFunctions, type Memory, startModule } from './harfbuzz-module.ts';
import { remembered } from './remembered.ts';

/** One glyph as HarfBuzz sets it, in font units. `cluster` is where in the text, in UTF-16 units, its letters begin. */
export type SetGlyph = { id: number; cluster: number; advance: number; dx: number; dy: number };

/** A stretch of one font, one script, one direction. */
export type Stretch = { start: number; end: number; rtl: boolean; script: string; language: string; features: string };

/**
 * HarfBuzz as compiled by the harfbuzzjs package, called directly. Its JavaScript half is left aside: it awaits at the
 * top of its module, which a CommonJS bundle cannot, and it leaves freeing memory to the garbage collector. Here one
 * buffer and one piece of scratch memory serve every call, so memory is flat by construction.
 */
export type HarfBuzz = {
  /** Has the font a glyph for the character itself? */
  has(font: number, codePoint: number): boolean;
  /** Copies the font into the memory of the module, for good. */
  open(file: Uint8Array): number;
  /** Sets the stretch; what stands around it in the text counts for joining letters. Glyphs in visual order. */
  shape(font: number, text: string, stretch: Stretch): SetGlyph[];
};

// hb-common.h, hb-buffer.h
const leftToRight = 4;
const rightToLeft = 5;
const clustersOfGraphemes = 0;
const readOnly = 1;
const bytesOfGlyph = 20;
const bytesOfFeature = 16;

/** Starts the module `harfbuzz.wasm` of the harfbuzzjs package. */
export function startHarfBuzz(wasm: Uint8Array): HarfBuzz {
  const { hb, memory } = startModule(wasm);
  const buffer = hb.hb_buffer_create();
  hb.hb_buffer_set_cluster_level(buffer, clustersOfGraphemes);
  const languages = remembered((tag) => {
    const at = ascii(hb, memory, tag);
    const language = hb.hb_language_from_string(at, tag.length);
    hb.free(at);
    return language;
  });
  const features = remembered((list) => featureList(hb, memory, list));
  const text = scratchText(hb, memory);
  const scratch = allocate(hb, 4);
  return {
    has: (font, codePoint) => hb.hb_font_get_nominal_glyph(font, codePoint, scratch) === 1,
    open(file) {
      const at = allocate(hb, file.length);
      memory.bytes().set(file, at);
      const blob = hb.hb_blob_create(at, file.length, readOnly, 0, 0);
      const face = hb.hb_face_create(blob, 0);
      hb.hb_blob_destroy(blob);
      const font = hb.hb_font_create(face);
      hb.hb_face_destroy(face);
      return font;
    },
    shape(font, given, { start, end, rtl, script, language, features: list }) {
      const at = text(given);
      hb.hb_buffer_clear_contents(buffer);
      hb.hb_buffer_add_utf16(buffer, at, given.length, start, end - start);
      hb.hb_buffer_set_direction(buffer, rtl ? rightToLeft : leftToRight);
      hb.hb_buffer_set_script(buffer, tag(script));
      if (language !== '') hb.hb_buffer_set_language(buffer, languages(language));
      hb.hb_shape(font, buffer, list === '' ? 0 : features(list), list === '' ? 0 : list.split(',').length);
      const glyphs = glyphsOf(hb, memory, buffer);
      // Even what is invisible gives a glyph: nothing at all is a failure, which HarfBuzz tells in no other way.
      if (glyphs.length === 0) throw new Error('HarfBuzz set nothing');
      return glyphs;
    },
  };
}

function glyphsOf(hb: HarfBuzzFunctions, memory: Memory, buffer: number): SetGlyph[] {
  const count = hb.hb_buffer_get_length(buffer);
  const info = hb.hb_buffer_get_glyph_infos(buffer, 0) >> 2;
  const position = hb.hb_buffer_get_glyph_positions(buffer, 0) >> 2;
  const words = memory.words();
  const glyphs: SetGlyph[] = [];
  for (let i = 0; i < count; i++) {
    const one = info + (i * bytesOfGlyph) / 4;
    const where = position + (i * bytesOfGlyph) / 4;
    const at = (index: number) => words[index] ?? 0;
    glyphs.push({ id: at(one), cluster: at(one + 2), advance: at(where), dx: at(where + 2), dy: at(where + 3) });
  }
  return glyphs;
}

/** Keeps the text that was set last in the module's memory: the stretches of one text need it written once. */
function scratchText(hb: HarfBuzzFunctions, memory: Memory): (text: string) => number {
  let room = 1_024;
  let at = allocate(hb, 2 * room);
  let written: string | undefined;
  return (text) => {
    if (text === written) return at;
    if (text.length > room) {
      hb.free(at);
      room = 2 * text.length;
      at = allocate(hb, 2 * room);
    }
    const units = memory.units();
    for (let i = 0; i < text.length; i++) units[(at >> 1) + i] = text.charCodeAt(i);
    written = text;
    return at;
  };
}

/** `tnum=1,liga=0` as an array of hb_feature_t over the whole text. */
function featureList(hb: HarfBuzzFunctions, memory: Memory, list: string): number {
  const features = list.split(',');
  const at = allocate(hb, features.length * bytesOfFeature);
  features.forEach((feature, i) => {
    const value = feature.endsWith('=1') ? 1 : 0;
    memory.words().set([tag(feature.slice(0, 4)), value, 0, -1], (at + i * bytesOfFeature) >> 2);
  });
  return at;
}

function allocate(hb: HarfBuzzFunctions, length: number): number {
  const at = hb.malloc(length);
  if (at === 0) throw new Error('HarfBuzz has no memory left');
  return at;
}

function tag(letters: string): number {
  return (
    (letters.charCodeAt(0) << 24) | (letters.charCodeAt(1) << 16) | (letters.charCodeAt(2) << 8) | letters.charCodeAt(3)
  );
}

function ascii(hb: HarfBuzzFunctions, memory: Memory, text: string): number {
  const at = allocate(hb, text.length + 1);
  for (let i = 0; i < text.length; i++) memory.bytes()[at + i] = text.charCodeAt(i) & 0x7f;
  return at;
}
