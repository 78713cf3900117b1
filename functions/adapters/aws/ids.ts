import { randomBytes } from 'node:crypto';
import { epochOf } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';

/** Crockford's base 32: no I, L, O or U, which are easily misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Ids from the system's random source. `id` has a ULID's form: 48 bits of time, then 80 random bits; two of one
 * millisecond sort at random.
 */
export function randomIds(clock: Clock): Ids {
  return {
    id: () => timePart(epochOf(clock.now())) + randomPart(16),
    code: () => randomPart(26),
    salt: () => randomBytes(16).toString('hex'),
  };
}

function timePart(milliseconds: number): string {
  return Array.from({ length: 10 }, (_, i) => alphabet[Math.floor(milliseconds / 32 ** (9 - i)) % 32]).join('');
}

/** Five bits of each random byte: 256 is a multiple of 32, so that every character is as likely as any other. */
function randomPart(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % 32]).join('');
}
