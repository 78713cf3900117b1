import { penaltyOf } from './penalty.ts';
import { correction } from './reed-solomon.ts';
import { dataCodewordsOf, largestVersion, type Modules, type QrSymbol, set, symbolOf } from './symbol.ts';

/** A symbol without its quiet zone: rows from the top, one bit a module, 1 dark, each row padded to whole bytes. */
export type QrCode = { side: number; rows: Uint8Array };

const alphanumerics = new Map([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'].map((c, i) => [c.charCodeAt(0), i]));

/**
 * A QR code (ISO/IEC 18004, level M) of an address and a code of digits and capitals after it. Of our own, since the
 * kept library takes a hundred times as long, most of it for choosing the mask.
 *
 * @param address in ASCII
 * @returns undefined where both together are too long for version 10.
 */
export function qrCode(address: string, code: string): QrCode | undefined {
  const bits = 4 + 8 + 8 * address.length + 4 + 9 + 11 * (code.length >> 1) + 6 * (code.length & 1);
  for (let version = 1; version <= largestVersion; version++) {
    const more = version < 10 ? 0 : 10;
    if (bits + more <= 8 * dataCodewordsOf(version)) return draw(symbolOf(version), address, code);
  }
  return undefined;
}

function draw(symbol: QrSymbol, address: string, code: string): QrCode {
  const base = placed(symbol, interleaved(symbol, encoded(symbol, address, code)));
  const { masked } = symbol.scratch;
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  for (let mask = 0; mask < symbol.masks.length; mask++) {
    turn(base, symbol.masks[mask] as Modules, masked, symbol.side);
    const penalty = penaltyOf(masked, symbol.side, least);
    if (penalty < least) {
      least = penalty;
      best = mask;
    }
  }
  turn(base, symbol.masks[best] as Modules, masked, symbol.side);
  return { side: symbol.side, rows: packed(masked, symbol.side) };
}

function encoded({ version, dataCodewords, scratch }: QrSymbol, address: string, code: string): Uint8Array {
  const bytes = scratch.data;
  let at = 0;
  let pending = 0;
  let pendingBits = 0;
  const push = (value: number, length: number) => {
    pending = (pending << length) | value;
    pendingBits += length;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[at++] = pending >> pendingBits;
    }
    pending &= (1 << pendingBits) - 1;
  };
  const wide = version >= 10;
  push(0b0100, 4);
  push(address.length, wide ? 16 : 8);
  for (let i = 0; i < address.length; i++) push(address.charCodeAt(i), 8);
  push(0b0010, 4);
  push(code.length, wide ? 11 : 9);
  const valueAt = (i: number) => alphanumerics.get(code.charCodeAt(i)) ?? 0;
  for (let i = 0; i + 1 < code.length; i += 2) push(45 * valueAt(i) + valueAt(i + 1), 11);
  if (code.length % 2 === 1) push(valueAt(code.length - 1), 6);
  // The terminator is four light bits, or what there is room for, and then the rest of a codeword.
  const terminator = Math.min(4, 8 * dataCodewords - 8 * at - pendingBits);
  push(0, terminator);
  if (pendingBits > 0) push(0, 8 - pendingBits);
  for (let pad = 0xec; at < dataCodewords; pad ^= 0xec ^ 0x11) bytes[at++] = pad;
  return bytes;
}

/** A codeword of each block in turn, the shorter blocks first; then those of correction likewise. */
function interleaved({ blocks, correctionCodewords, dataCodewords, scratch }: QrSymbol, data: Uint8Array): Uint8Array {
  const short = Math.floor(dataCodewords / blocks);
  const longer = dataCodewords % blocks;
  const out = scratch.codewords;
  let start = 0;
  for (let block = 0; block < blocks; block++) {
    const length = short + (block >= blocks - longer ? 1 : 0);
    for (let i = 0; i < short; i++) out[i * blocks + block] = data[start + i] as number;
    if (length > short) out[short * blocks + block - (blocks - longer)] = data[start + short] as number;
    const check = correction(data, start, length, correctionCodewords);
    start += length;
    for (let i = 0; i < correctionCodewords; i++) out[dataCodewords + i * blocks + block] = check[i] as number;
  }
  return out;
}

function placed({ patterns, places, scratch }: QrSymbol, codewords: Uint8Array): Modules {
  const { base } = scratch;
  base.low.set(patterns.low);
  base.high.set(patterns.high);
  base.lowAcross.set(patterns.lowAcross);
  base.highAcross.set(patterns.highAcross);
  const count = Math.min(places.length, 8 * codewords.length);
  for (let i = 0; i < count; i++) {
    if (((codewords[i >> 3] as number) >> (7 - (i & 7))) & 1) {
      const place = places[i] as number;
      set(base, place >> 6, place & 63);
    }
  }
  return base;
}

/** Writes `base` with a mask's modules turned over into `out`. */
function turn(base: Modules, mask: Modules, out: Modules, side: number): void {
  turnWords(base.low, mask.low, out.low, side);
  turnWords(base.high, mask.high, out.high, side);
  turnWords(base.lowAcross, mask.lowAcross, out.lowAcross, side);
  turnWords(base.highAcross, mask.highAcross, out.highAcross, side);
}

function turnWords(from: Int32Array, by: Int32Array, to: Int32Array, side: number): void {
  for (let i = 0; i < side; i++) to[i] = (from[i] as number) ^ (by[i] as number);
}

function packed({ low, high }: Modules, side: number): Uint8Array {
  const rowBytes = (side + 7) >> 3;
  const rows = new Uint8Array(rowBytes * side);
  for (let row = 0, at = 0; row < side; row++) {
    for (let byte = 0; byte < rowBytes; byte++, at++) {
      const word = (byte < 4 ? low[row] : high[row]) as number;
      rows[at] = mirrored[(word >>> (8 * (byte & 3))) & 0xff] as number;
    }
  }
  return rows;
}

/** Words have their first module in the lowest bit, pictures in the highest. */
const mirrored = Uint8Array.from({ length: 256 }, (_, byte) => {
  let turnedOver = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) turnedOver |= 0x80 >> bit;
  return turnedOver;
});
