import fc from 'fast-check';
import qrcode from 'qrcode-generator';
import { expect, test } from 'vitest';
import { penaltyOf } from '../../../functions/adapters/pdf/qr/penalty.ts';
import { type QrCode, qrCode } from '../../../functions/adapters/pdf/qr/qr-code.ts';
import { type Modules, modules, set, symbolOf } from '../../../functions/adapters/pdf/qr/symbol.ts';

type IsDark = (row: number, column: number) => boolean;

const darkIn = ({ side, rows }: QrCode): IsDark => {
  const rowBytes = (side + 7) >> 3;
  return (row, column) => (((rows[row * rowBytes + (column >> 3)] ?? 0) >> (7 - (column & 7))) & 1) === 1;
};

/** The mask that a symbol's format information names: beside the upper left finder, and below it. */
function maskOf(side: number, isDark: IsDark): number {
  let bits = 0;
  for (let i = 0; i < 15; i++) {
    const row = i < 6 ? i : i < 8 ? i + 1 : side - 15 + i;
    if (isDark(row, 8)) bits |= 1 << i;
  }
  return ((bits ^ 0x5412) >> 10) & 7;
}

const isTurned = ({ low, high }: Modules, row: number, column: number) =>
  ((((column < 32 ? low[row] : high[row]) ?? 0) >>> (column & 31)) & 1) === 1;

const code = fc.array(fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'), { minLength: 26, maxLength: 26 });

test('every symbol is, but for its mask, that of an encoder that nobody here wrote', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 150 }), code, (length, characters) => {
      const address = `https://${'verify'.repeat(30).slice(0, length)}/`;
      const ours = qrCode(address, characters.join(''));
      if (!ours) throw new Error('too long');
      const version = (ours.side - 17) / 4;
      const theirs = qrcode(version as Parameters<typeof qrcode>[0], 'M');
      theirs.addData(address, 'Byte');
      theirs.addData(characters.join(''), 'Alphanumeric');
      theirs.make();
      const [our, their] = [darkIn(ours), (row: number, column: number) => theirs.isDark(row, column)];
      const { masks } = symbolOf(version);
      const [ourMask, theirMask] = [masks[maskOf(ours.side, our)], masks[maskOf(ours.side, their)]];
      if (!ourMask || !theirMask) throw new Error('no such mask');
      for (let row = 0; row < ours.side; row++) {
        for (let column = 0; column < ours.side; column++) {
          const bare = our(row, column) !== isTurned(ourMask, row, column);
          expect(bare, `${row}, ${column}`).toBe(their(row, column) !== isTurned(theirMask, row, column));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the penalty of a symbol is what the standard’s rules come to, module by module', () => {
  const grid = fc.integer({ min: 1, max: 10 }).chain((version) => {
    const side = 17 + 4 * version;
    return fc.array(fc.array(fc.boolean(), { minLength: side, maxLength: side }), { minLength: side, maxLength: side });
  });
  fc.assert(
    fc.property(grid, fc.boolean(), (random, patterned) => {
      // Half of the grids are full of finders, runs and blocks, which chance makes too few of.
      const finder = (row: number, column: number) => '10111010000'[(row + column) % 11] === '1';
      const dark = random.map((line, row) => line.map((bit, column) => (patterned ? finder(row, column) : bit)));
      const symbol = modules(dark.length);
      dark.forEach((line, row) => {
        line.forEach((bit, column) => {
          if (bit) set(symbol, row, column);
        });
      });
      expect(penaltyOf(symbol, dark.length)).toBe(penaltyByModules(dark));
    }),
    { numRuns: 60 },
  );
});

test('an address too long for a symbol of fair size gives none', () => {
  expect(qrCode(`https://${'a'.repeat(400)}/`, 'A'.repeat(26))).toBeUndefined();
});

/** ISO/IEC 18004, 7.8.3, word for word. */
function penaltyByModules(dark: boolean[][]): number {
  const side = dark.length;
  const columns = dark.map((_, i) => dark.map((line) => line[i] ?? false));
  let penalty = 0;
  for (const line of [...dark, ...columns]) {
    const text = line.map((bit) => (bit ? '1' : '0')).join('');
    for (const run of text.match(/0+|1+/g) ?? []) if (run.length >= 5) penalty += 3 + run.length - 5;
    for (let i = 0; i + 11 <= side; i++) {
      if (['10111010000', '00001011101'].includes(text.slice(i, i + 11))) penalty += 40;
    }
  }
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const four = [dark[row]?.[column], dark[row]?.[column + 1], dark[row + 1]?.[column], dark[row + 1]?.[column + 1]];
      if (new Set(four).size === 1) penalty += 3;
    }
  }
  const share = (100 * dark.flat().filter((bit) => bit).length) / (side * side);
  return penalty + 10 * Math.floor(Math.abs(share - 50) / 5);
}
