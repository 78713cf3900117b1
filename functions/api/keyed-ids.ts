import { sha256 } from '../domain/hash.ts';
import { sortableId } from '../domain/sortable-id.ts';
import { epochOf, type Instant } from '../domain/time.ts';
import type { RequestKey } from '../ports/idempotency.ts';
import type { Ids } from '../ports/ids.ts';

/**
 * Ids that a request's key and their order in the request alone decide, so that a rerun finds what it made. What must
 * be secret stays random. A route takes the ids that it needs before anything can refuse one of several pieces: a piece
 * left out would move those after it.
 */
export function keyedIds({ program, actor, key }: RequestKey, since: Instant, random: Ids): Ids {
  let made = 0;
  return {
    ...random,
    id() {
      const hash = sha256(JSON.stringify([program, actor, key, made++]));
      return sortableId(epochOf(since), Buffer.from(hash, 'hex'));
    },
  };
}
