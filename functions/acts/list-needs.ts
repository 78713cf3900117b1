import type { EnrollmentRef } from '../domain/ids.ts';
import { isStuck, lapseShownDays, type Need } from '../domain/needs.ts';
import type { Program } from '../domain/program.ts';
import { addDays, civilDateOf, type Instant } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { DeliveryRef, EnrollmentSummary, Page, RecordStore } from '../ports/record-store.ts';

/** One who needs somebody as the index tells it, with the emails that failed. */
export type Needing = { ref: EnrollmentRef; emails: DeliveryRef[] };

type Lists = Pick<RecordStore, 'listTrouble' | 'listLapsing' | 'listEnrollments'>;

/**
 * A page of those in a whole program who need somebody for one reason, in one request: what failed or stands still by
 * how long it has, what lapses by its day. An index lags behind, so that `neededOf` has the last word; a page may hold
 * fewer than there are while there is a cursor.
 */
export async function listNeeding(
  store: Lists,
  { id, timeZone }: Pick<Program, 'id' | 'timeZone'>,
  need: Need,
  now: Instant,
  cursor?: string,
): Promise<Page<Needing>> {
  switch (need) {
    case 'failed': {
      const page = await store.listTrouble(id, cursor);
      const found = new Map<string, Needing>();
      for (const { program, enrollment, deliveryId } of page.items) {
        const one = found.get(enrollment) ?? { ref: { program, enrollment }, emails: [] };
        found.set(enrollment, one);
        if (deliveryId !== undefined) one.emails.push({ program, enrollment, deliveryId });
      }
      return { ...page, items: [...found.values()] };
    }
    case 'lapsing': {
      const today = civilDateOf(now, timeZone);
      const page = await store.listLapsing(id, addDays(today, lapseShownDays), cursor);
      // Whose day has just passed comes last: most of them need nobody, and the daily look takes them out.
      const items = [...page.items.filter(({ on }) => on >= today), ...page.items.filter(({ on }) => on < today)];
      return { ...page, items: items.map(needingOf) };
    }
    case 'stuck':
      return stuckOf(await store.listEnrollments(id, 'open', cursor && openCursor(cursor)), now);
  }
}

/** Who is stuck on a page of the open enrollments: the longest unchanged come first, so that they are its beginning. */
export function stuckOf({ items, cursor }: Page<EnrollmentSummary>, now: Instant): Page<Needing> {
  const stuck = items.filter((each) => isStuck(each, now));
  const more = stuck.length === items.length && cursor !== undefined;
  return { items: stuck.map(needingOf), ...(more && { cursor: `${stuckMark}${cursor}` }) };
}

/** Both lists go by one index; each refuses the other's places. */
const stuckMark = 'stuck-';

function openCursor(cursor: string): string {
  if (cursor.startsWith(stuckMark)) return cursor.slice(stuckMark.length);
  throw new AdapterError('cursor.malformed', 'the cursor is not one of this list', { retryable: false });
}

const needingOf = ({ program, enrollment }: EnrollmentRef): Needing => ({ ref: { program, enrollment }, emails: [] });
