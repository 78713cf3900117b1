import { number } from '../file/pdf-text.ts';
import type { Sheet } from './sheet.ts';

type Point = readonly [number, number];
/** A pen's ways: from the first point on by straight lines, or by curves where three points stand together. */
type Letter = { width: number; strokes: readonly (readonly (Point | readonly [Point, Point, Point])[])[] };

const bow = [
  [0.68, 1],
  [0.68, 0.5],
  [0.4, 0.5],
] as const;

/** Capitals one unit high. */
const letters: Record<string, Letter> = {
  P: { width: 0.6, strokes: [[[0, 0], [0, 1], [0.4, 1], bow, [0, 0.5]]] },
  R: {
    width: 0.6,
    strokes: [
      [[0, 0], [0, 1], [0.4, 1], bow, [0, 0.5]],
      [
        [0.3, 0.5],
        [0.6, 0],
      ],
    ],
  },
  E: {
    width: 0.52,
    strokes: [
      [
        [0.52, 1],
        [0, 1],
        [0, 0],
        [0.52, 0],
      ],
      [
        [0, 0.5],
        [0.42, 0.5],
      ],
    ],
  },
  V: {
    width: 0.64,
    strokes: [
      [
        [0, 1],
        [0.32, 0],
        [0.64, 1],
      ],
    ],
  },
  I: {
    width: 0,
    strokes: [
      [
        [0, 0],
        [0, 1],
      ],
    ],
  },
  W: {
    width: 0.9,
    strokes: [
      [
        [0, 1],
        [0.22, 0],
        [0.45, 0.8],
        [0.68, 0],
        [0.9, 1],
      ],
    ],
  },
};
const word = 'PREVIEW';
const space = 0.26;
/** Paler than any ink: what is printed over it stays easy to read, and to judge. */
const paleRed = '#f0bdb6';

/** `PREVIEW` from corner to corner, beneath the text, so that nobody takes the paper for a certificate. */
export function drawPreviewMark(sheet: Sheet): void {
  const angle = Math.atan2(sheet.height, sheet.width);
  const widths = [...word].map((letter) => (letters[letter]?.width ?? 0) + space);
  const length = widths.reduce((sum, width) => sum + width, -space);
  const height = (Math.hypot(sheet.width, sheet.height) * 0.62) / length;
  let from = -length / 2;
  const placed = ([x, y]: Point) => {
    const [along, across] = [(from + x) * height, (y - 0.5) * height];
    const turned = [
      along * Math.cos(angle) - across * Math.sin(angle),
      along * Math.sin(angle) + across * Math.cos(angle),
    ];
    return turned.map(number).join(' ');
  };
  const ways = [...word].map((letter, i) => {
    const { strokes = [] } = letters[letter] ?? {};
    const path = strokes.map((points) => points.map((point, j) => step(point, j === 0, placed)).join(' ')).join(' ');
    from += widths[i] ?? 0;
    return path;
  });
  sheet.artifact(() => sheet.stroke(ways.join(' '), 3.2, paleRed, sheet.width / 2, sheet.height / 2));
}

function step(point: Point | readonly [Point, Point, Point], isFirst: boolean, placed: (point: Point) => string) {
  if (isCurve(point)) return `${point.map(placed).join(' ')} c`;
  return `${placed(point)} ${isFirst ? 'm' : 'l'}`;
}

function isCurve(point: Point | readonly [Point, Point, Point]): point is readonly [Point, Point, Point] {
  return point.length === 3;
}
