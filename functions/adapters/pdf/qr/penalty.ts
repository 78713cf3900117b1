import type { Modules } from './symbol.ts';

/**
 * How hard a symbol is to read, after ISO/IEC 18004, 7.8.3: runs, blocks, patterns that look like a finder, and unequal
 * shares of dark and light. It stops counting above `most`. Each line is two words of bits, so that all of its modules are looked at together.
 */
export function penaltyOf(
  { low, high, lowAcross, highAcross }: Modules,
  side: number,
  most = Number.POSITIVE_INFINITY,
) {
  let penalty = 0;
  let dark = 0;
  for (let i = 0; i < side; i++) {
    const a = low[i] as number;
    const b = high[i] as number;
    dark += bitsIn(a) + bitsIn(b);
    penalty += linePenalty(a, b, side) + linePenalty(lowAcross[i] as number, highAcross[i] as number, side);
    if (penalty > most) return penalty;
    if (i > 0) penalty += 3 * blocks(low[i - 1] as number, high[i - 1] as number, a, b, side);
  }
  const percent = (dark * 100) / (side * side);
  return penalty + 10 * Math.floor(Math.abs(percent - 50) / 5);
}

function linePenalty(low: number, high: number, side: number): number {
  // A bit for each module that is as the next one is.
  let l = ~(low ^ ((low >>> 1) | (high << 31))) & lowMask(side - 1);
  let h = ~(high ^ (high >>> 1)) & highMask(side - 1);
  let l1 = (l >>> 1) | (h << 31);
  let h1 = h >>> 1;
  l &= l1;
  h &= h1;
  l1 = (l >>> 2) | (h << 30);
  h1 = h >>> 2;
  l &= l1;
  h &= h1;
  // Now a bit for each five alike; the first of each run counts twice more.
  const starts = bitsIn(l & ~(l << 1)) + bitsIn(h & ~((h << 1) | (l >>> 31)));
  return bitsIn(l) + bitsIn(h) + 2 * starts + 40 * finders(low, high, side);
}

/** Patterns of 1011101 with four light modules before or after. */
function finders(low: number, high: number, side: number): number {
  const l2 = shifted(low, high, 2);
  const l4 = shifted(low, high, 4);
  // The middle, three dark ones, is rarest: most lines are done here.
  let core = l2 & shifted(low, high, 3) & l4;
  let coreHigh = (high >>> 2) & (high >>> 3) & (high >>> 4);
  core &= low & ~shifted(low, high, 1) & ~shifted(low, high, 5) & shifted(low, high, 6);
  coreHigh &= high & ~(high >>> 1) & ~(high >>> 5) & (high >>> 6);
  if ((core | coreHigh) === 0) return 0;
  const after = ~(shifted(low, high, 7) | shifted(low, high, 8) | shifted(low, high, 9) | shifted(low, high, 10));
  const afterHigh = ~((high >>> 7) | (high >>> 8) | (high >>> 9) | (high >>> 10));
  const before = ~((low << 1) | (low << 2) | (low << 3) | (low << 4)) & ~0xf;
  const dark = (high << 4) | (low >>> 28);
  const beforeHigh = ~(dark | (dark >>> 1) | (dark >>> 2) | (dark >>> 3));
  return (
    bitsIn(core & after & lowMask(side - 10)) +
    bitsIn(coreHigh & afterHigh & highMask(side - 10)) +
    bitsIn(core & before & lowMask(side - 6)) +
    bitsIn(coreHigh & beforeHigh & highMask(side - 6))
  );
}

/** The low word of a line moved down by some modules. */
function shifted(low: number, high: number, by: number): number {
  return (low >>> by) | (high << (32 - by));
}

/** Squares of two by two alike, between two rows. */
function blocks(lowAbove: number, highAbove: number, low: number, high: number, side: number): number {
  const same = ~(low ^ lowAbove);
  const sameHigh = ~(high ^ highAbove);
  const l = same & ((same >>> 1) | (sameHigh << 31)) & ~(low ^ ((low >>> 1) | (high << 31)));
  const h = sameHigh & (sameHigh >>> 1) & ~(high ^ (high >>> 1));
  return bitsIn(l & lowMask(side - 1)) + bitsIn(h & highMask(side - 1));
}

function lowMask(bits: number): number {
  return bits >= 32 ? -1 : (1 << bits) - 1;
}

function highMask(bits: number): number {
  return bits <= 32 ? 0 : (1 << (bits - 32)) - 1;
}

function bitsIn(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
