import { describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { credentialIdSchema, publicCodeSchema } from '../../functions/domain/credential.ts';
import { instantOf, instantSchema } from '../../functions/domain/time.ts';

const at = (milliseconds: number) => randomIds({ now: () => instantOf(milliseconds) });

describe('ids', () => {
  test('an id has 26 characters that a credential id may have', () => {
    const id = randomIds(systemClock).id();
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(credentialIdSchema.parse(id)).toBe(id);
  });

  test('ids sort as they follow in time', () => {
    const times = [0, 31, 32, 1_777_777_777_000, 1_777_777_777_001, 2 ** 41];
    const ids = times.map((time) => at(time).id());
    expect([...ids].sort()).toEqual(ids);
  });

  test('an id begins as a ULID of its moment does', () => {
    expect(at(1_469_918_176_385).id().slice(0, 10)).toBe('01ARYZ6S41');
  });

  test('no two are alike, in one millisecond either', () => {
    const { id, code, salt } = at(1_777_777_777_000);
    for (const make of [id, code, salt]) expect(new Set(Array.from({ length: 5_000 }, make)).size).toBe(5_000);
  });

  test('a code is a public code, a salt is 128 bits in hex', () => {
    const { code, salt } = randomIds(systemClock);
    expect(publicCodeSchema.safeParse(code()).success).toBe(true);
    expect(salt()).toMatch(/^[0-9a-f]{32}$/);
  });

  test('every character of the alphabet is as likely as any other', () => {
    const counts = new Map<string, number>();
    for (const c of Array.from({ length: 4_000 }, randomIds(systemClock).code).join(''))
      counts.set(c, (counts.get(c) ?? 0) + 1);
    expect(counts.size).toBe(32);
    const expected = (4_000 * 26) / 32;
    // Six standard deviations: a biased alphabet is caught, a fair one fails once in a hundred million runs.
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });

  test("the system's clock gives an instant", () => {
    expect(instantSchema.safeParse(systemClock.now()).success).toBe(true);
  });
});
