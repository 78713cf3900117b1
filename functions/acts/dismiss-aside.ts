import type { Actor } from '../domain/audit.ts';
import type { StoredAside } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { refuseReason } from './parked.ts';
import type { Refused } from './refusal.ts';

/**
 * Records that an item which does not count needs nothing more: who says so, when and why, beside the item's own
 * record. Where evaluate judges the item again, its fresh record asks again.
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
  await ports.store.putAside({ ...aside, dismissed: { by: actor.id, at: ports.clock.now(), reason: words } });
  return { outcome: 'dismissed' };
}
