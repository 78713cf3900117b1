import type { Sheet } from './sheet.ts';

/**
 * One element of the centred column: `height` points of its own below `gap` points of air. What air the page has to
 * spare is shared out by `stretch`.
 */
export type Block = {
  height: number;
  gap: number;
  stretch: number;
  draw(sheet: Sheet, centre: number, top: number): void;
};
