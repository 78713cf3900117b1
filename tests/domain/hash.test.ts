import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, documentHash, recordSalt, saltedHash } from '../../functions/domain/hash.ts';

describe('canonical JSON', () => {
  test("orders, escapes and writes numbers as the RFC's own example", () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0];
    const text = '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/';
    expect(
      canonicalJson({ string: text, numbers, literals: [null, true, false], '\ud83d\ude02': 1, '\ufb33': 2 }),
    ).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","\ud83d\ude02":1,"\ufb33":2}',
    );
  });

  test('leaves out what is undefined in an object, and writes null for it in a list', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });

  test.each([
    [undefined],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [{ deep: [Number.NEGATIVE_INFINITY] }],
    ['half \ud83d'],
    [{ '\udc00': 1 }],
    [10n],
  ])('refuses %o, which is no JSON value', (value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe('the salt of a record', () => {
  test('is the HMAC that node makes, for keys shorter and longer than a block', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 }).map((each) => each.toWellFormed());
    fc.assert(
      fc.property(text, text, (salt, key) => {
        expect(recordSalt(salt, key)).toBe(createHmac('sha256', salt).update(key).digest('hex'));
      }),
    );
  });
});

describe('the salted hash of a record', () => {
  test('differs by salt, by key and by content, and is the same each time it is asked for', () => {
    const record = { attestation: 'done' };
    const hash = saltedHash('salt', 'key', record);
    const others = [saltedHash('other', 'key', record), saltedHash('salt', 'other', record)];
    const changed = saltedHash('salt', 'key', { attestation: 'undone' });
    expect(new Set([hash, ...others, changed]).size).toBe(4);
    expect(saltedHash('salt', 'key', record)).toBe(hash);
    expect(saltedHash('salt', 'key', { attestation: 'done' })).toBe(hash);
    expect(saltedHash('salt', 'name', 'a text')).not.toBe(documentHash('a text'));
  });
});
