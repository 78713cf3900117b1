import type { EnrollmentRef } from '../domain/ids.ts';
import { nextLapse } from '../domain/needs.ts';
import type { Program } from '../domain/program.ts';
import { addDays, type CivilDate, civilDateOf } from '../domain/time.ts';
import type { SweepPorts } from './sweep-ports.ts';

const maxTries = 3;

/**
 * Moves whoever's next lapsing certificate has lapsed by now on to the one after it, or out of the list of those that
 * lapse. No entry in the ledger, and no change of the record: the day follows from its certificates and the calendar.
 */
export async function moveLapses(ports: SweepPorts, { id, timeZone }: Program): Promise<number> {
  const today = civilDateOf(ports.clock.now(), timeZone);
  let moved = 0;
  let cursor: string | undefined;
  do {
    const page = await ports.store.listLapsing(id, addDays(today, -1), cursor);
    for (const { program, enrollment } of page.items) moved += await moveOne(ports, { program, enrollment }, today);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return moved;
}

async function moveOne(ports: SweepPorts, ref: EnrollmentRef, today: CivilDate): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(ref);
    if (!enrollment) return 0;
    const lapseOn = nextLapse(Object.values(enrollment.progress), today);
    if (lapseOn === enrollment.lapseOn) return 0;
    const { outcome } = await ports.store.commit({
      ...{ enrollment, guard: { version: enrollment.version }, patch: { lapseOn: lapseOn ?? null }, entries: [] },
    });
    if (outcome === 'committed') return 1;
  }
  return 0;
}
