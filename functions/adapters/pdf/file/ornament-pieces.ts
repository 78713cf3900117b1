import type { RawObject } from './font-objects.ts';
import { compressed } from './static-bytes.ts';

/**
 * What ornaments repeat, each piece once, as a form that a page draws again and again in the colour and thickness that
 * it has set. A page that repeats the path itself is twenty times as long, and compressing it was most of what the first
 * certificate of a process took.
 */
export type OrnamentPieces = {
  /** The piece's name in the resources. */
  keyOf(path: string): string;
  write(allot: () => number): { key: string; number: number; object: RawObject }[];
};

export function ornamentPieces(): OrnamentPieces {
  const keys = new Map<string, string>();
  return {
    keyOf(path) {
      const known = keys.get(path) ?? `O${keys.size}`;
      keys.set(path, known);
      return known;
    },
    write: (allot) =>
      [...keys].map(([path, key]) => {
        const number = allot();
        const entries = `/Type/XObject/Subtype/Form/BBox[${boxOf(path).join(' ')}]/Resources<<>>`;
        return { key, number, object: compressed(number, Buffer.from(`${path} S`, 'latin1'), entries) };
      }),
  };
}

/** Around every point of the path and those that pull its curves, with room for a fine pen. */
function boxOf(path: string): [left: number, bottom: number, right: number, top: number] {
  const numbers = path
    .split(/\s+/)
    .map(Number)
    .filter((each) => !Number.isNaN(each));
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  const [left, bottom] = [xs, ys].map((all) => Math.floor(Math.min(...all)) - pen) as [number, number];
  const [right, top] = [xs, ys].map((all) => Math.ceil(Math.max(...all)) + pen) as [number, number];
  return [left, bottom, right, top];
}

const pen = 2;
