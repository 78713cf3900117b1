import type { StructureElement } from '../file/structure-element.ts';
import type { SetName } from './individual.ts';
import { linesOf, type NamePlace } from './name-setting.ts';
import type { Typesetter } from './typesetting.ts';
import type { SharedContent } from './wording.ts';

export type PaperSize = { width: number; height: number };

/** Portrait, in points. */
export const papers: Record<SharedContent['page'], PaperSize> = {
  letter: { width: 612, height: 792 },
  a4: { width: 595.28, height: 841.89 },
};

/** How many lines the name takes where it stands. A name of another number of lines is a page of another design. */
export type NameLines = { certificate: number; head: number; running: number };

/** A picture of the program's as it lies in the resources. `aspect`: width over height. */
export type PlacedImage = { key: string; alt: string; aspect: number };
export type PlacedImages = {
  logo?: PlacedImage | undefined;
  seal?: PlacedImage | undefined;
  /** By signatory. */
  signatures: (PlacedImage | undefined)[];
};

/** What the pages are drawn from: nothing of one certificate alone. */
export type Design = {
  shared: SharedContent;
  type: Typesetter;
  nameLines: NameLines;
  images: PlacedImages;
  /** The root of what is read. */
  tree: StructureElement;
};

/** The certificate's column, its distance from the paper's edge: clear of the frame, with room to breathe. */
export const certificateInset = { side: 92, top: 63, bottom: 60 };
export const transcriptMargin = { side: 68, top: 66, bottom: 92 };

/** Where a name stands on paper of this size. */
export function namePlaces(page: SharedContent['page']): Record<keyof NameLines, NamePlace> {
  const { width, height } = papers[page];
  const column = width - 2 * transcriptMargin.side;
  return {
    certificate: { width: height - 2 * certificateInset.side, fits: certificateFits },
    head: { width: column, fits: headFits },
    running: { width: column * 0.66, fits: runningFits },
  };
}

export const certificateFits = [
  { lines: 1, largest: 48, smallest: 34 },
  { lines: 2, largest: 34, smallest: 24 },
  { lines: 3, largest: 26, smallest: 18 },
  { lines: 4, largest: 20, smallest: 12 },
];
export const headFits = [
  { lines: 1, largest: 22, smallest: 15 },
  { lines: 2, largest: 16, smallest: 12 },
  { lines: 3, largest: 13, smallest: 9 },
  { lines: 5, largest: 11, smallest: 8 },
];
const runningFits = [
  { lines: 1, largest: 10.5, smallest: 8 },
  { lines: 2, largest: 9, smallest: 7 },
  { lines: 4, largest: 8, smallest: 6 },
  { lines: 7, largest: 7, smallest: 6 },
];

export function nameLinesOf(names: Record<keyof NameLines, SetName>): NameLines {
  return {
    certificate: linesOf(names.certificate),
    head: linesOf(names.head),
    running: linesOf(names.running),
  };
}
