import { expect, test } from 'vitest';
import { byteWriter } from '../../../functions/adapters/pdf/file/byte-writer.ts';
import { ownObjects } from '../../../functions/adapters/pdf/file/own-objects.ts';

const shared = { bytes: Buffer.from('%PDF-1.7\n'), entries: new Uint8Array() };

/** A document with room for two objects of its own, as hexadecimal digits; the numbers are those that are written. */
function documentOf(numbers: readonly number[]): string {
  const out = ownObjects(shared, 2, 0, byteWriter());
  for (const number of numbers) out.object(number, '<<>>');
  out.crossReference(out.length, '').write();
  return Buffer.from(out.take()).toString('hex');
}

test('an object that is not written is free, whatever the document before had there', () => {
  const before = documentOf([1]);
  documentOf([1, 2]);
  expect(documentOf([1])).toBe(before);
});
