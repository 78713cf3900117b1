import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EvidencePlace, maxItemBytes, parseItem } from '../../functions/domain/evidence.ts';

const place: EvidencePlace = {
  program: 'harbor',
  enrollment: 'enr-1',
  requirement: 'engage-1',
  evidence: 'e1',
  part: 'evidence',
};
/** Texts of every width in JSON, up to somewhat above what an item may hold. */
const text = fc
  .tuple(fc.constantFrom('a', '"', '\u0000', 'é', '王', '😀', '\ud800'), fc.integer({ min: 0, max: 3_000 }))
  .map(([letter, times]) => letter.repeat(times));
const value = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 3 }));

test('an item is too large exactly where its JSON is, whatever it holds', () => {
  fc.assert(
    fc.property(fc.dictionary(text, value, { maxKeys: 5 }), (attributes) => {
      const isLarge = Buffer.byteLength(JSON.stringify(attributes)) > maxItemBytes;
      const parsed = parseItem(place, attributes);
      expect(!parsed.ok && parsed.reason === `item: larger than ${maxItemBytes} bytes`).toBe(isLarge);
    }),
    { numRuns: 500 },
  );
});
