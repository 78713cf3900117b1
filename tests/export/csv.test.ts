import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRow } from '../../functions/export/csv.ts';

const hostile = fc.constantFrom(
  '=1+41',
  '+41+1',
  '-1+43',
  '@SUM(41,1)',
  '\t=1',
  '\r=1',
  '"',
  '=',
  ',',
  '\n',
  "'=1",
  '\uff1d1',
  '\uff20x',
);
const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  hostile,
  fc.tuple(hostile, fc.string()).map((parts) => parts.join('')),
  fc.integer(),
  fc.constant(undefined),
);

test('a row is what the kept library writes of it', () => {
  const options = { escape_formulas: true, quoted: true, quoted_empty: true, record_delimiter: 'windows' } as const;
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      // The library quotes no cell that is missing; a spreadsheet reads both alike.
      const given = cells.map((each) => each ?? '');
      expect(csvRow(cells)).toBe(stringify([given], options));
    }),
  );
});
