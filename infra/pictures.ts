import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Png } from '../functions/adapters/pdf/images/png.ts';
import { palettePng } from './palette-png.ts';
import { runMaker } from './run-command.ts';

/** How much of a point a shape covers is told by the distance to its edge: below nought within. The unit is a side. */
type Shape = (x: number, y: number) => number;
type Layer = { shape: Shape; colour: readonly [number, number, number] };

const disc =
  (cx: number, cy: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - radius;
const ring =
  (cx: number, cy: number, radius: number, width: number): Shape =>
  (x, y) =>
    Math.abs(Math.hypot(x - cx, y - cy) - radius) - width / 2;
const below =
  (line: (x: number) => number): Shape =>
  (x, y) =>
    line(x) - y;
const both =
  (...shapes: Shape[]): Shape =>
  (x, y) =>
    Math.max(...shapes.map((shape) => shape(x, y)));
const without =
  (shape: Shape, hole: Shape): Shape =>
  (x, y) =>
    Math.max(shape(x, y), -hole(x, y));
/** A line drawn through points with a round pen. */
const stroke =
  (points: readonly (readonly [number, number])[], width: number): Shape =>
  (x, y) =>
    Math.min(...points.slice(1).map((to, i) => toSegment(x, y, points[i] ?? to, to))) - width / 2;

function toSegment(x: number, y: number, from: readonly [number, number], to: readonly [number, number]): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy);
}

const navy = [31, 58, 95] as const;
const gold = [176, 141, 74] as const;
const green = [31, 77, 61] as const;
const amber = [200, 147, 58] as const;
const ivory = [253, 252, 247] as const;
const ink = [38, 44, 66] as const;

/** Two rings that hold one another, above water: peers, on an island. */
function peerEmblem(): Layer[] {
  const field = disc(0.5, 0.5, 0.4);
  const wave = (height: number, phase: number) => (x: number) => height + 0.018 * Math.sin(x * 26 + phase);
  const left = ring(0.415, 0.41, 0.13, 0.042);
  const right = ring(0.585, 0.41, 0.13, 0.042);
  const crossing = both(
    left,
    right,
    below(() => 0.41),
  );
  return [
    { shape: ring(0.5, 0.5, 0.47, 0.022), colour: navy },
    { shape: ring(0.5, 0.5, 0.432, 0.012), colour: gold },
    { shape: field, colour: navy },
    { shape: left, colour: ivory },
    {
      shape: without(
        right,
        both(
          grown(left, 0.012),
          below(() => 0.41),
        ),
      ),
      colour: gold,
    },
    { shape: crossing, colour: ivory },
    ...[0.64, 0.71, 0.78].map((height, i) => ({
      shape: both(disc(0.5, 0.5, 0.372), band(wave(height, i * 1.9), 0.022)),
      colour: i === 1 ? gold : ivory,
    })),
  ];
}

/** A sun that rises behind hills, and a path that leads there. */
function recoveryEmblem(): Layer[] {
  const field = disc(0.5, 0.5, 0.4);
  const hill = (x: number) => 0.56 - 0.055 * Math.sin(x * 5.2 + 0.6);
  const near = (x: number) => 0.63 + 0.06 * Math.sin(x * 4.6 + 0.2);
  const rays = Array.from({ length: 9 }, (_, i) => {
    const angle = Math.PI * (1.06 + (i * 0.88) / 8);
    const at = (radius: number) => [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)] as const;
    return { shape: stroke([at(0.19), at(0.285)], 0.018), colour: amber };
  });
  const path: Shape = (x, y) => Math.abs(x - 0.5 - 0.055 * Math.sin((y - 0.58) * 13)) - (y - 0.585) * 0.17;
  return [
    { shape: ring(0.5, 0.5, 0.47, 0.022), colour: green },
    { shape: ring(0.5, 0.5, 0.432, 0.012), colour: amber },
    { shape: field, colour: ivory },
    ...rays,
    { shape: disc(0.5, 0.5, 0.145), colour: amber },
    { shape: both(field, below(hill)), colour: [96, 140, 116] },
    { shape: both(field, below(near)), colour: green },
    {
      shape: both(
        field,
        below((x) => near(x) - 0.004),
        path,
      ),
      colour: ivory,
    },
  ];
}

/** A pen's way over the paper that reads as nobody's name. */
function scribble(seed: number): Layer[] {
  const points = Array.from({ length: 180 }, (_, i) => {
    const t = i / 179;
    const swing = 0.055 + 0.05 * Math.sin(t * 7 + seed) ** 2;
    const x = 0.06 + 0.86 * t + 0.035 * Math.sin(t * 44 + seed);
    return [x, 0.155 + swing * Math.sin(t * (29 + seed) + seed) - 0.03 * t] as const;
  });
  const under = [
    [0.2, 0.262],
    [0.55, 0.246],
    [0.86, 0.232],
  ] as const;
  return [
    { shape: stroke(points, 0.0085), colour: ink },
    { shape: stroke(under, 0.006), colour: ink },
  ];
}

const grown =
  (shape: Shape, by: number): Shape =>
  (x, y) =>
    shape(x, y) - by;
const band =
  (line: (x: number) => number, width: number): Shape =>
  (x, y) =>
    Math.abs(y - line(x)) - width / 2;

/**
 * Lays shapes over one another, on nothing. Edges have few steps, and those towards nothing are mixed with the colour of
 * the paper: a pixel is either there or not, so that a certificate can hold the file as it is and stays small.
 */
function draw(width: number, height: number, layers: readonly Layer[]): Omit<Png, 'kind'> {
  const steps = 3;
  const samples = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < width * height; i++) {
    let under: readonly number[] = ivory;
    for (const { shape, colour } of layers) {
      const distance = shape(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / width) * width;
      const over = Math.round(Math.min(1, Math.max(0, 0.5 - distance)) * steps) / steps;
      if (over === 0) continue;
      under = under.map((c, n) => (colour[n] ?? 0) * over + c * (1 - over));
      alpha[i] = 255;
    }
    samples.set(under.map(Math.round), i * 3);
  }
  return { width, height, colours: 3, samples, alpha };
}

/** The pictures of the two programs, by file name: drawn for this project, and nobody's real emblem or signature. */
export function drawPictures(): Map<string, Omit<Png, 'kind'>> {
  return new Map([
    ['staten-island-peer-specialist.logo.png', draw(192, 192, peerEmblem())],
    ['recovery-support-specialist.logo.png', draw(192, 192, recoveryEmblem())],
    ['sample-signature-1.png', draw(360, 104, scribble(1.1))],
    ['sample-signature-2.png', draw(360, 104, scribble(3.7))],
  ]);
}

if (import.meta.main)
  await runMaker(
    'pictures',
    'Draws the logos and sample signatures of the two programs again, in data/programs.',
    () => {
      const folder = join(import.meta.dirname, '../data/programs');
      for (const [file, picture] of drawPictures()) writeFileSync(join(folder, file), palettePng(picture));
    },
  );
