import { circle, curve, type Repeated, rectangle, star, turning } from './paths.ts';
import type { PlacedPiece, Sheet } from './sheet.ts';

/** The colours of a page: those of the template. */
export type Palette = { ink: string; accent: string; rule: string; paper: string };

/** Distances of the frame from the paper's edge, in points. */
const band = { outer: 27, inner: 45 };
const innerRule = 51;

/** The panel of paper colour and its frame: a guilloche band between fine rules, a rosette in each corner. */
export function drawFrame(sheet: Sheet, palette: Palette): void {
  const { width, height } = sheet;
  const box = (inset: number) => rectangle(inset, inset, width - 2 * inset, height - 2 * inset);
  sheet.fill(box(band.outer), palette.paper);
  strokeBraid(sheet, 0.35, palette.rule);
  sheet.stroke(box(band.outer), 1.1, palette.accent);
  sheet.stroke(box(band.inner), 0.45, palette.accent);
  sheet.stroke(box(innerRule), 0.3, palette.rule);
  const side = band.inner - band.outer;
  const corners: PlacedPiece[] = [];
  const piece = rosette(side * 0.27, side * 0.15, 8);
  for (const x of [band.outer, width - band.inner]) {
    for (const y of [band.outer, height - band.inner]) {
      sheet.fill(rectangle(0, 0, side, side), palette.paper, x, y);
      sheet.stroke(rectangle(0, 0, side, side), 0.45, palette.accent, x, y);
      corners.push({ piece, x: x + side / 2, y: y + side / 2 });
    }
  }
  sheet.strokePattern(corners, 0.35, palette.accent, 0, 0);
}

/** The sponsor's seal around the origin: a rosette, a disc and a star. About 2.1 times `radius` across. */
export function drawSeal(sheet: Sheet, palette: Palette, x: number, y: number, radius: number): void {
  const ripples = [0, 1, 2].map((turn): PlacedPiece => {
    const phase = (turn * 2 * Math.PI) / 3;
    const ripple = curve(
      (t) => {
        const r = radius * (0.92 + 0.08 * Math.cos(24 * t + phase));
        return [r * Math.cos(t), r * Math.sin(t)];
      },
      (2 * Math.PI) / 24,
      4,
    );
    return { piece: { path: ripple, step: turning((2 * Math.PI) / 24), count: 24 } };
  });
  sheet.strokePattern(ripples, 0.4, palette.accent, x, y);
  sheet.fill(circle(radius * 0.76), palette.accent, x, y);
  sheet.stroke(circle(radius * 0.69), 0.4, palette.paper, x, y);
  sheet.strokePattern([{ piece: rosette(radius * 0.52, radius * 0.11, 18) }], 0.3, palette.paper, x, y);
  sheet.fill(circle(radius * 0.4), palette.accent, x, y);
  sheet.fill(star(5, radius * 0.33, radius * 0.135), palette.paper, x, y);
}

/** A fine rule that swells to a lozenge in its middle. */
export function drawDivider(sheet: Sheet, palette: Palette, x: number, y: number, width: number): void {
  const gap = 9;
  sheet.rule(x - width / 2, x - gap, y, 0.5, palette.rule);
  sheet.rule(x + gap, x + width / 2, y, 0.5, palette.rule);
  sheet.fill('-3.4 0 m 0 2.3 l 3.4 0 l 0 -2.3 l h', palette.accent, x, y);
}

/** A large, faint rosette behind the words. */
export function drawWatermark(sheet: Sheet, colour: string, x: number, y: number, radius: number): void {
  const pieces = [rosette(radius * 0.62, radius * 0.38, 41), rosette(radius * 0.62, radius * 0.3, 36)];
  sheet.strokePattern(
    pieces.map((piece) => ({ piece })),
    0.35,
    colour,
    x,
    y,
  );
}

/** `colour` mixed into `ground`: `share` 0 is all ground, 1 all colour. */
export function tint(colour: string, ground: string, share: number): string {
  const channel = (at: number) => {
    const [a, b] = [colour, ground].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16));
    return Math.round((a ?? 0) * share + (b ?? 0) * (1 - share))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/**
 * A closed curve with so many loops, between `middle - swing` and `middle + swing` from the origin: one loop, and what
 * turns it into the next. Written as equal pieces, it compresses to little more than one.
 */
function rosette(middle: number, swing: number, loops: number): Repeated {
  // A frequency prime to the loops makes one line go round several times and cross itself evenly.
  const rounds = 5;
  const frequency = loops / rounds;
  const loop = curve(
    (t) => {
      const r = middle + swing * Math.cos(frequency * t);
      return [r * Math.cos(t), r * Math.sin(t)];
    },
    (2 * Math.PI) / frequency,
    6,
  );
  return { path: loop, step: turning((2 * Math.PI) / frequency), count: loops };
}

/** About so many points from crest to crest. */
const wavelength = 22;

/** Six interlaced waves along each side of the band. */
function strokeBraid(sheet: Sheet, thickness: number, colour: string): void {
  const { width, height } = sheet;
  const start = band.inner;
  const middle = (band.inner + band.outer) / 2;
  const sides = [
    { length: width - 2 * start, x: start, y: middle, angle: 0 },
    { length: width - 2 * start, x: start, y: height - middle, angle: 0 },
    { length: height - 2 * start, x: middle, y: start, angle: Math.PI / 2 },
    { length: height - 2 * start, x: width - middle, y: start, angle: Math.PI / 2 },
  ];
  const pieces = sides.map(({ length, x, y, angle }): PlacedPiece => {
    const count = Math.round(length / wavelength);
    const period = length / count;
    return { piece: { path: waves(period), step: [1, 0, 0, 1, period, 0], count }, x, y, angle };
  });
  sheet.strokePattern(pieces, thickness, colour, 0, 0);
}

/** One period of all six: a Bézier draws half a wave truly between its crests. */
function waves(period: number): string {
  const swing = (band.inner - band.outer) * 0.4;
  return [0, 1, 2]
    .flatMap((strand) => {
      const shift = (strand * period) / 6;
      return [swing, -swing].map((height) =>
        curve((t) => [t + shift, height * Math.cos((2 * Math.PI * t) / period)], period, 2),
      );
    })
    .join('\n');
}
