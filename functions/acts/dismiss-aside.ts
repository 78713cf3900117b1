import type { Actor } from '../domain/audit.ts';
import type { StoredAside } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { refuseReason } from './parked.ts';
import { type Refused, refused } from './refusal.ts';

/**
 * Records that an item which does not count needs nothing more: who says so, when and why, beside the item's own
 * record. Where evaluate judges the item again, its fresh record asks again: what it has judged since the person looked
 * is not dismissed.
 */
export async function dismissAside(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  actor: Actor,
  aside: StoredAside,
  reason: string,
): Promise<{ outcome: 'dismissed' } | Refused> {
  const words = reason.trim();
  const unfit = refuseReason(words);
  if (unfit) return unfit;
  const dismissed = { by: actor.id, at: ports.clock.now(), reason: words };
  if ((await ports.store.dismissAside(aside, dismissed)) === 'dismissed') return { outcome: 'dismissed' };
  return refused('aside.moved', 'item: it counts by now, or was judged again meanwhile', {
    next: 'list-refused-evidence',
  });
}
