import type { GlyphCodes, GlyphCollection } from '../file/glyph-codes.ts';
import type { OrnamentPatterns } from '../file/ornament-patterns.ts';
import { inOnePiece, number, rgb } from '../file/pdf-text.ts';
import { showing } from '../file/showing.ts';
import type { AnnotationName, StructureElement } from '../file/structure-element.ts';
import type { Individual } from './individual.ts';
import { type Matrix, type Repeated, turning } from './paths.ts';
import type { TextLine, TextStyle } from './typesetting.ts';

export type Area = { x: number; y: number; width: number; height: number };

/** Left, bottom, right and top. */
export function boxOf({ x, y, width, height }: Area) {
  return [x, y, x + width, y + height] as const;
}

/** Something that differs from certificate to certificate; its operators stand in a marked-content sequence already. */
export type Slot = { open: string; write(individual: Individual): string };

/** How the dates of a column stand: with their end, or where the page runs from the right their beginning, at `edge`. */
export type DateColumn = { style: TextStyle; edge: number; rtl: boolean };
/** A line's date in a transcript: kept apart from other slots, since there may be hundreds on a certificate. */
export type DateSlot = { column: DateColumn; line: number; open: string; close: string };
/** A repeated piece from where an ornament is, turned by `angle`. */
export type PlacedPiece = { piece: Repeated; x?: number; y?: number; angle?: number };
export type LinkArea = { name: AnnotationName; area: Area };

/**
 * One page in the making: points from its lower left corner. Everything on it is either part of the structure tree
 * (`tagged`, `slot`) or an ornament that is not read (`artifact`).
 */
export type Sheet = {
  width: number;
  height: number;
  /** What `draw` draws is the content of this element. */
  tagged(element: StructureElement, draw: () => void): void;
  /** What `draw` draws is not read: an ornament, or what a page repeats. */
  artifact(draw: () => void, repeated?: 'Header' | 'Footer'): void;
  /** The element's content is written for each certificate anew. */
  slot(element: StructureElement, write: Slot['write']): void;
  /** The date of the transcript's line of this number, on the baseline `y`. */
  dateSlot(element: StructureElement, column: DateColumn, line: number, y: number): void;
  /** `slot` for what is not read. */
  artifactSlot(write: Slot['write']): void;
  /** Draws a line of text with its baseline at `y`, beginning at `x`; or with its middle, or its end, there. */
  text(line: TextLine, x: number, y: number): void;
  textCentred(line: TextLine, x: number, y: number): void;
  textEnding(line: TextLine, x: number, y: number): void;
  rule(fromX: number, toX: number, y: number, thickness: number, colour: string): void;
  /** Strokes or fills a path given in PDF path operators, moved to (`x`, `y`). */
  stroke(path: string, thickness: number, colour: string, x?: number, y?: number): void;
  fill(path: string, colour: string, x?: number, y?: number): void;
  /** Strokes an ornament of equal pieces, or some, around (`x`, `y`). */
  strokePattern(pieces: readonly PlacedPiece[], thickness: number, colour: string, x: number, y: number): void;
  /** A picture by its name in the resources; a stencil is painted in `colour`. */
  image(key: string, area: Area, colour?: string): void;
  /** An area that leads to the verification address. */
  link(name: AnnotationName, area: Area): void;
};

export type SheetContent = {
  size: { width: number; height: number };
  operators(codes: GlyphCodes): string;
  slots: Slot[];
  dates: DateSlot[];
  links: LinkArea[];
  /** By MCID, the element that the content belongs to. */
  marked: StructureElement[];
};

type Item = string | { line: TextLine; x: number; y: number };

/** Collects a page's operators; the glyphs get their codes when all pages are drawn. */
export function sheet(
  page: number,
  size: { width: number; height: number },
  glyphs: GlyphCollection,
  patterns: OrnamentPatterns,
): { sheet: Sheet; content: SheetContent } {
  const items: Item[] = [];
  const slots: Slot[] = [];
  const dates: DateSlot[] = [];
  const links: LinkArea[] = [];
  const marked: StructureElement[] = [];

  function mark(element: StructureElement): string {
    const mcid = marked.length;
    marked.push(element);
    element.kids.push({ page, mcid });
    return `/${element.type}<</MCID ${mcid}>>BDC\n`;
  }
  function text(line: TextLine, x: number, y: number): void {
    collect(line, glyphs);
    items.push({ line, x, y });
  }
  function paint(path: string, state: string, operator: string, x: number, y: number): void {
    items.push(`q 1 0 0 1 ${number(x)} ${number(y)} cm ${state}\n${path} ${operator} Q\n`);
  }
  const drawn = (open: string, draw: () => void) => {
    items.push(open);
    draw();
    items.push('EMC\n');
  };
  return {
    sheet: {
      ...size,
      tagged: (element, draw) => drawn(mark(element), draw),
      artifact(draw, repeated) {
        drawn(repeated ? `/Artifact<</Type/Pagination/Subtype/${repeated}>>BDC\n` : '/Artifact BMC\n', draw);
      },
      slot(element, write) {
        slots.push({ open: inOnePiece(mark(element)), write });
      },
      dateSlot(element, column, line, y) {
        const open = inOnePiece(`${mark(element)}BT `);
        dates.push({ column, line, open, close: inOnePiece(` ${number(y)} Td\n`) });
      },
      artifactSlot(write) {
        slots.push({ open: '/Artifact<</Type/Pagination>>BDC\n', write });
      },
      text,
      textCentred: (line, x, y) => text(line, x - line.width / 2, y),
      textEnding: (line, x, y) => text(line, x - line.width, y),
      rule(fromX, toX, y, thickness, colour) {
        paint(`${number(fromX)} 0 m ${number(toX)} 0 l`, `${number(thickness)} w ${rgb(colour)} RG`, 'S', 0, y);
      },
      stroke(path, thickness, colour, x = 0, y = 0) {
        paint(path, `${number(thickness)} w 1 j ${rgb(colour)} RG`, 'S', x, y);
      },
      fill(path, colour, x = 0, y = 0) {
        paint(path, `${rgb(colour)} rg`, 'f', x, y);
      },
      strokePattern(parts, thickness, colour, x, y) {
        const key = patterns.keyOf(parts.map(repeated).join(''));
        const state = `${number(thickness)} w 1 J 1 j ${rgb(colour)} RG`;
        items.push(`q 1 0 0 1 ${number(x)} ${number(y)} cm ${state}/${key} Do Q\n`);
      },
      image(key, { x, y, width, height }, colour) {
        const paint = colour === undefined ? '' : `${rgb(colour)} rg `;
        items.push(`q ${paint}${number(width)} 0 0 ${number(height)} ${number(x)} ${number(y)} cm /${key} Do Q\n`);
      },
      link: (name, area) => links.push({ name, area }),
    },
    content: {
      size,
      slots,
      dates,
      links,
      marked,
      operators: (codes) => items.map((item) => (typeof item === 'string' ? item : textObject(item, codes))).join(''),
    },
  };
}

function collect(line: TextLine, glyphs: GlyphCollection): void {
  for (const { shaped } of line.spans) {
    for (const run of shaped.runs) for (const glyph of run.glyphs) glyphs.add(run.font, glyph);
  }
}

function textObject({ line, x, y }: Exclude<Item, string>, codes: GlyphCodes): string {
  const shown = line.spans.map((span) => showing(span, codes));
  return `BT ${number(x)} ${number(y)} Td\n${shown.map(({ state, operators }) => state + operators).join('')}ET\n`;
}

function repeated({ piece, x = 0, y = 0, angle = 0 }: PlacedPiece): string {
  const [a, b, c, d] = turning(angle);
  const next = `${matrix(piece.step)} cm\n`;
  return `q ${matrix([a, b, c, d, x, y])} cm\n${Array(piece.count).fill(`${piece.path} S\n`).join(next)}Q\n`;
}

/** Six decimals: repeated forty times, a turn must still close the circle. */
function matrix(values: Matrix): string {
  return values.map((value) => String(Math.round(value * 1e6) / 1e6)).join(' ');
}
