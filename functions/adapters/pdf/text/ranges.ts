/**
 * A set of code points in few letters: for each range the gap since the one before and, where it is not one, its
 * length, in base 36.
 *
 *     encodeRanges([32, 33, 34, 160]) // 'w:3 3h'
 */
export function encodeRanges(codePoints: Iterable<number>): string {
  const ranges: [first: number, last: number][] = [];
  for (const codePoint of [...codePoints].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range?.[1] === codePoint - 1) range[1] = codePoint;
    else ranges.push([codePoint, codePoint]);
  }
  let end = 0;
  return ranges
    .map(([first, last]) => {
      const gap = (first - end).toString(36);
      end = last + 1;
      return first === last ? gap : `${gap}:${(end - first).toString(36)}`;
    })
    .join(' ');
}

/** Where the set begins and ends, in turn, ascending: for `inRanges`. */
export function decodeRanges(packed: string): Uint32Array {
  const parts = packed === '' ? [] : packed.split(' ');
  const bounds = new Uint32Array(2 * parts.length);
  let end = 0;
  parts.forEach((part, i) => {
    const colon = part.indexOf(':');
    const start = end + Number.parseInt(part, 36);
    end = start + (colon < 0 ? 1 : Number.parseInt(part.slice(colon + 1), 36));
    bounds[2 * i] = start;
    bounds[2 * i + 1] = end;
  });
  return bounds;
}

export function inRanges(bounds: Uint32Array, codePoint: number): boolean {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}
