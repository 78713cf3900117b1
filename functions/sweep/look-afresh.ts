import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import { newDelivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { Program } from '../domain/program.ts';
import { addDays, civilDateOf } from '../domain/time.ts';
import { moveLapses } from './move-lapses.ts';
import { noteLapses } from './note-lapses.ts';
import type { SweepPorts } from './sweep-ports.ts';

/**
 * Once a day every open enrollment is looked at afresh: what time alone has changed (a lapse, a term that ran out) is
 * seen, and so is anything that every other net let through. Warns of required certificates about to lapse, and notes
 * those that have lapsed since a completion. Whoever's next lapse has passed is moved on to the one after it.
 */
export async function lookAfresh(
  ports: SweepPorts,
): Promise<{ looked: number; warned: number; checked: number; lapsed: number }> {
  const totals = { looked: 0, warned: 0, checked: 0, lapsed: 0 };
  const programs = await ports.store.listPrograms();
  for (const { program } of programs) await moveLapses(ports, program);
  for (const { program } of programs) {
    let cursor: string | undefined;
    do {
      const page = await ports.store.listEnrollments(program.id, 'open', cursor);
      for (const { enrollment } of page.items) {
        const ref = { program: program.id, enrollment };
        totals.warned += await warnOfLapses(ports, program, ref);
        await ports.queue.send({
          type: 'evaluation-requested',
          version: 1,
          ...ref,
          changes: [],
          whole: true,
          reason: 'daily-look',
        });
        totals.looked++;
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  // After everybody who still waits for something.
  for (const { program } of programs) {
    const { checked, lapsed } = await noteLapses(ports, program);
    totals.checked += checked;
    totals.lapsed += lapsed;
  }
  ports.journal('sweep.looked', totals);
  return totals;
}

async function warnOfLapses(
  ports: SweepPorts,
  program: Program,
  ref: { program: string; enrollment: string },
): Promise<number> {
  const enrollment = await ports.store.readEnrollment(ref);
  if (!enrollment) return 0;
  const now = ports.clock.now();
  let warned = 0;
  for (const expiresOn of lapsesSoon(enrollment, program, now)) {
    for (const to of program.policy.lapseWarning.to) {
      if (to === 'program' && program.email.contact === undefined) continue;
      warned += await queueWarning(ports, ref, expiresOn, to);
    }
  }
  return warned;
}

/** The days within the program's warning time on which a required certificate's last interval ends. */
export function lapsesSoon(enrollment: Pick<Enrollment, 'progress'>, program: Program, now: string): string[] {
  const today = civilDateOf(now, program.timeZone);
  const horizon = addDays(today, program.policy.lapseWarning.daysBefore);
  const ends = Object.values(enrollment.progress).flatMap((p) => {
    if (p.status !== 'met' || !p.intervals || p.intervals.some((i) => i.to === undefined)) return [];
    return p.intervals
      .map((i) => i.to as string)
      .sort()
      .slice(-1);
  });
  return [...new Set(ends.filter((end) => today <= end && end <= horizon))];
}

/** One warning per lapse and recipient: its id is made of both, so that no second look writes it twice. */
async function queueWarning(
  ports: SweepPorts,
  ref: { program: string; enrollment: string },
  expiresOn: string,
  to: 'apprentice' | 'program',
) {
  const deliveryId = `lapse-${expiresOn}-${to}`;
  if (await ports.store.readDelivery(ref, deliveryId)) return 0;
  const enrollment = await ports.store.readEnrollment(ref);
  if (!enrollment) return 0;
  const now = ports.clock.now();
  const delivery = newDelivery({ ...ref, deliveryId, about: { kind: 'lapse-warning', expiresOn, to } }, now);
  const fact: AuditFact = {
    actor: systemActor('sweep'),
    action: 'delivery-queued',
    subject: deliveryId,
    facts: { expiresOn, to },
    cause: `sweep#${deliveryId}`,
  };
  const chained = chain(enrollment, [fact], now);
  const commit = {
    enrollment,
    guard: { version: enrollment.version },
    patch: { chain: chained.head },
    entries: chained.entries,
    newDeliveries: [delivery],
  };
  if ((await ports.store.commit(commit)).outcome !== 'committed') return 0;
  await ports.queue.send({ type: 'delivery-requested', version: 1, ...ref, deliveryId });
  ports.journal('sweep.warned', { ...ref, delivery: deliveryId });
  return 1;
}
