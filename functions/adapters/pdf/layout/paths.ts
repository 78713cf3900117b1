import { number } from '../file/pdf-text.ts';

type Point = [x: number, y: number];

/** A matrix as the `cm` operator takes it. */
export type Matrix = readonly [number, number, number, number, number, number];

/** A path that is stroked so many times, each time moved on from the last by `step`. */
export type Repeated = { path: string; step: Matrix; count: number };

export function turning(angle: number): Matrix {
  return [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
}

/** Path operators (ISO 32000-1, 8.5.2) for shapes around the origin. */
export function rectangle(x: number, y: number, width: number, height: number): string {
  return `${number(x)} ${number(y)} ${number(width)} ${number(height)} re`;
}

export function circle(radius: number): string {
  return curve((t) => [radius * Math.cos(t), radius * Math.sin(t)], 2 * Math.PI, 8);
}

export function polygon(points: Point[]): string {
  return `${points.map(([x, y], i) => `${number(x)} ${number(y)} ${i === 0 ? 'm' : 'l'}`).join(' ')} h`;
}

export function star(points: number, outer: number, inner: number): string {
  return polygon(
    Array.from({ length: 2 * points }, (_, i) => {
      const radius = i % 2 === 0 ? outer : inner;
      const angle = Math.PI / 2 + (i * Math.PI) / points;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  );
}

/** A parametric curve from 0 to `end`, as so many cubic Béziers with the curve's own tangents. */
export function curve(at: (t: number) => Point, end: number, segments: number): string {
  const step = end / segments;
  const parts = [at(0).map(number).join(' '), 'm'];
  for (let i = 0; i < segments; i++) {
    const [from, to] = [i * step, (i + 1) * step];
    const [[x0, y0], [x3, y3]] = [at(from), at(to)];
    const [[dx0, dy0], [dx3, dy3]] = [tangent(at, from), tangent(at, to)];
    const third = step / 3;
    const controls = [x0 + dx0 * third, y0 + dy0 * third, x3 - dx3 * third, y3 - dy3 * third, x3, y3];
    parts.push(...controls.map(number), 'c');
  }
  return parts.join(' ');
}

function tangent(at: (t: number) => Point, t: number): Point {
  const small = 1e-4;
  const [[x0, y0], [x1, y1]] = [at(t - small), at(t + small)];
  return [(x1 - x0) / (2 * small), (y1 - y0) / (2 * small)];
}
