/** One bit a module: columns 0 to 31 in `low`, the rest in `high`, by row; `across` holds the same by column. */
export type Modules = { low: Int32Array; high: Int32Array; lowAcross: Int32Array; highAcross: Int32Array };

/** What all symbols of one version share. */
export type QrSymbol = {
  version: number;
  side: number;
  dataCodewords: number;
  correctionCodewords: number;
  blocks: number;
  /** Finder, timing, alignment and version patterns, and the one module that is always dark. */
  patterns: Modules;
  /** Where the data's bits go, in their order: 64 × row + column. */
  places: Uint16Array;
  /** By mask, the modules that it turns, with the format information that names it. */
  masks: Modules[];
  /** Where symbols are drawn, one at a time. */
  scratch: { base: Modules; masked: Modules; data: Uint8Array; codewords: Uint8Array };
};

/** By version from 1, at error correction level M: codewords altogether, of correction a block, blocks (ISO/IEC 18004, table 9). */
const versions: readonly (readonly [total: number, correction: number, blocks: number])[] = [
  [26, 10, 1],
  [44, 16, 1],
  [70, 26, 1],
  [100, 18, 2],
  [134, 24, 2],
  [172, 16, 4],
  [196, 18, 4],
  [242, 22, 4],
  [292, 22, 5],
  [346, 26, 5],
];
export const largestVersion = versions.length;

/** Row and column of the alignment patterns' middles (ISO/IEC 18004, annex E). */
const alignments: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

const maskRules: readonly ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

const known: (QrSymbol | undefined)[] = [];

export function symbolOf(version: number): QrSymbol {
  let symbol = known[version];
  if (!symbol) {
    symbol = makeSymbol(version);
    known[version] = symbol;
  }
  return symbol;
}

export function dataCodewordsOf(version: number): number {
  const [total = 0, correction = 0, blocks = 0] = versions[version - 1] ?? [];
  return total - correction * blocks;
}

function makeSymbol(version: number): QrSymbol {
  const [, correctionCodewords = 0, blocks = 0] = versions[version - 1] ?? [];
  const side = 17 + 4 * version;
  const patterns = modules(side);
  const reserved = modules(side);
  const put = (row: number, column: number, dark: boolean) => {
    if (row < 0 || column < 0 || row >= side || column >= side) return;
    set(reserved, row, column);
    if (dark) set(patterns, row, column);
  };
  drawPatterns(version, side, put);
  for (let i = 0; i < 9; i++) for (const [row, column] of formatPlaces(side, i)) set(reserved, row, column);
  const masks = maskRules.map((rule, mask) => {
    const turned = masked(rule, reserved, side);
    drawFormat(turned, side, mask);
    return turned;
  });
  const dataCodewords = dataCodewordsOf(version);
  const places = placesOf(side, reserved);
  const scratch = {
    base: modules(side),
    masked: modules(side),
    data: new Uint8Array(dataCodewords),
    codewords: new Uint8Array(dataCodewords + blocks * correctionCodewords),
  };
  return { version, side, dataCodewords, correctionCodewords, blocks, patterns, places, masks, scratch };
}

/** Rules repeat themselves after so many rows and columns. */
const period = 12;

/** The modules that a rule turns, of those that are not reserved. A line is made of one period's modules: each is asked for once. */
function masked(rule: (row: number, column: number) => boolean, reserved: Modules, side: number): Modules {
  const turned = modules(side);
  for (let i = 0; i < period; i++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < period; j++) {
      if (rule(i, j)) row |= 1 << j;
      if (rule(j, i)) column |= 1 << j;
    }
    fillLines(turned.low, turned.high, i, row, side);
    fillLines(turned.lowAcross, turned.highAcross, i, column, side);
  }
  for (let i = 0; i < side; i++) {
    turned.low[i] = (turned.low[i] as number) & ~(reserved.low[i] as number);
    turned.high[i] = (turned.high[i] as number) & ~(reserved.high[i] as number);
    turned.lowAcross[i] = (turned.lowAcross[i] as number) & ~(reserved.lowAcross[i] as number);
    turned.highAcross[i] = (turned.highAcross[i] as number) & ~(reserved.highAcross[i] as number);
  }
  return turned;
}

/** Every twelfth line from `first` on, of twelve bits over and over, as long as the symbol is wide. */
function fillLines(low: Int32Array, high: Int32Array, first: number, bits: number, side: number): void {
  // The high word goes on where the low one ends: eight bits into the third period.
  const lowWord = bits | (bits << 12) | (bits << 24);
  const highWord = (bits >> 8) | (bits << 4) | (bits << 16) | (bits << 28);
  const inside = (1 << (side - 32)) - 1;
  for (let i = first; i < side; i += period) {
    low[i] = side >= 32 ? lowWord : lowWord & ((1 << side) - 1);
    high[i] = side > 32 ? highWord & inside : 0;
  }
}

export function modules(side: number): Modules {
  const words = () => new Int32Array(side);
  return { low: words(), high: words(), lowAcross: words(), highAcross: words() };
}

export function set({ low, high, lowAcross, highAcross }: Modules, row: number, column: number): void {
  if (column < 32) low[row] = (low[row] as number) | (1 << column);
  else high[row] = (high[row] as number) | (1 << (column - 32));
  if (row < 32) lowAcross[column] = (lowAcross[column] as number) | (1 << row);
  else highAcross[column] = (highAcross[column] as number) | (1 << (row - 32));
}

function isSet({ low, high }: Modules, row: number, column: number): boolean {
  return (((column < 32 ? low[row] : high[row]) ?? 0) & (1 << (column % 32))) !== 0;
}

type Put = (row: number, column: number, dark: boolean) => void;

function drawPatterns(version: number, side: number, put: Put): void {
  const square = (row: number, column: number, reach: number, lightRing: number) => {
    for (let i = -reach; i <= reach; i++) {
      for (let j = -reach; j <= reach; j++) {
        const ring = Math.max(Math.abs(i), Math.abs(j));
        put(row + i, column + j, ring !== lightRing && ring !== 4);
      }
    }
  };
  for (let i = 8; i < side - 8; i++) {
    put(6, i, i % 2 === 0);
    put(i, 6, i % 2 === 0);
  }
  const middles = alignments[version - 1] ?? [];
  const last = middles.at(-1);
  for (const row of middles) {
    for (const column of middles) {
      const corner = (row === 6 && (column === 6 || column === last)) || (row === last && column === 6);
      if (!corner) square(row, column, 2, 1);
    }
  }
  // The separator around a finder is its fourth ring.
  square(3, 3, 4, 2);
  square(3, side - 4, 4, 2);
  square(side - 4, 3, 4, 2);
  put(side - 8, 8, true);
  if (version < 7) return;
  const bits = withRemainder(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1;
    put(Math.floor(i / 3), side - 11 + (i % 3), dark);
    put(side - 11 + (i % 3), Math.floor(i / 3), dark);
  }
}

/** A BCH code: `value` with the remainder of its division behind it. */
function withRemainder(value: number, degree: number, divisor: number): number {
  let remainder = value << degree;
  for (let bit = 31 - Math.clz32(remainder); bit >= degree; bit = 31 - Math.clz32(remainder)) {
    remainder ^= divisor << (bit - degree);
  }
  return (value << degree) | remainder;
}

/** All places that the format information may take beside row and column `i` of the corners. */
function formatPlaces(side: number, i: number): [row: number, column: number][] {
  const far: [number, number][] =
    i < 8
      ? [
          [side - 1 - i, 8],
          [8, side - 1 - i],
        ]
      : [];
  return [[8, i], [i, 8], ...far];
}

function drawFormat(turned: Modules, side: number, mask: number): void {
  // Level M is 00 in the first two bits.
  const bits = withRemainder(mask, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    if (((bits >> i) & 1) === 0) continue;
    const near = i < 6 ? i : i < 8 ? i + 1 : 14 - i + (i === 8 ? 1 : 0);
    if (i < 8) {
      set(turned, near, 8);
      set(turned, 8, side - 1 - i);
    } else {
      set(turned, 8, near);
      set(turned, side - 15 + i, 8);
    }
  }
}

/** Pairs of columns from the right, upward and downward in turn, around whatever is reserved. */
function placesOf(side: number, reserved: Modules): Uint16Array {
  const places: number[] = [];
  let upward = true;
  for (let right = side - 1; right > 0; right -= 2) {
    // The timing pattern's column is no part of a pair.
    if (right === 6) right = 5;
    for (let i = 0; i < side; i++) {
      const row = upward ? side - 1 - i : i;
      for (const column of [right, right - 1]) if (!isSet(reserved, row, column)) places.push(64 * row + column);
    }
    upward = !upward;
  }
  return Uint16Array.from(places);
}
