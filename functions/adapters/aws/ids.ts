import { randomBytes } from 'node:crypto';
import { base32, sortableId, sortableIdBytes } from '../../domain/sortable-id.ts';
import { epochOf } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';

/**
 * Ids from the system's random source. `id` has a ULID's form: 48 bits of time, then 80 random bits; two of one
 * millisecond sort at random.
 */
export function randomIds(clock: Clock): Ids {
  return {
    id: () => sortableId(epochOf(clock.now()), randomBytes(sortableIdBytes)),
    code: () => base32(randomBytes(26)),
    salt: () => randomBytes(16).toString('hex'),
  };
}
