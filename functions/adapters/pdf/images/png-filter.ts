import { ImageFault } from './image-fault.ts';

/**
 * Takes the filter off every row of an unpacked PNG: PNG (third edition), 9. `step`: bytes a pixel, at least one.
 *
 * @throws ImageFault
 */
export function unfilter(filtered: Uint8Array, rowBytes: number, height: number, step: number): Uint8Array {
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const filter = filtered[from] ?? 0;
    if (filter > 4) throw new ImageFault('is damaged (a row has an unknown filter); save it again');
    const to = y * rowBytes;
    if (filter === 0) {
      rows.set(filtered.subarray(from + 1, from + 1 + rowBytes), to);
      continue;
    }
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= step ? (rows[to + i - step] ?? 0) : 0;
      const up = y > 0 ? (rows[to + i - rowBytes] ?? 0) : 0;
      const corner = y > 0 && i >= step ? (rows[to + i - rowBytes - step] ?? 0) : 0;
      rows[to + i] = (filtered[from + 1 + i] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return rows;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const toLeft = Math.abs(guess - left);
  const toUp = Math.abs(guess - up);
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
