import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { isFresh, isLookDay, type Lapse, lapsesSinceCompletion } from '../domain/lapses.ts';
import type { Program } from '../domain/program.ts';
import { civilDateOf } from '../domain/time.ts';
import type { SweepPorts } from './sweep-ports.ts';

const maxTries = 3;

/**
 * A required certificate that lapses after the completion takes nothing back: it is noted, one entry for each and its
 * day. A seventh of those who are complete a day, page by page, so that each is looked at once a week. Nobody is
 * evaluated: what was issued stands by the roster and the policy of its time.
 */
export async function noteLapses(ports: SweepPorts, program: Program): Promise<{ checked: number; lapsed: number }> {
  const totals = { checked: 0, lapsed: 0 };
  const today = civilDateOf(ports.clock.now(), program.timeZone);
  let cursor: string | undefined;
  do {
    const page = await ports.store.listEnrollments(program.id, 'complete', cursor);
    for (const { enrollment } of page.items.filter((item) => isLookDay(item.enrollment, today))) {
      totals.checked++;
      totals.lapsed += await noteOf(ports, { program: program.id, enrollment }, today);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return totals;
}

async function noteOf(ports: SweepPorts, ref: EnrollmentRef, today: string): Promise<number> {
  const known = new Set<string>();
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(ref);
    if (!enrollment) return 0;
    const lapses = lapsesSinceCompletion(enrollment, today).filter((lapse) => isFresh(lapse, today));
    const facts = lapses.map((lapse) => factOf(lapse, ref)).filter(({ cause }) => !known.has(cause));
    if (facts.length === 0) return 0;
    const { entries, head } = chain(enrollment, facts, ports.clock.now());
    const result = await ports.store.commit({
      enrollment,
      guard: { version: enrollment.version },
      patch: { chain: head },
      entries,
    });
    if (result.outcome === 'repeated') for (const cause of result.causes) known.add(cause);
    if (result.outcome !== 'committed') continue;
    // How many, and never which: a required certificate may be a sensitive one.
    ports.journal('sweep.lapsed', { ...ref, certificates: facts.length });
    return facts.length;
  }
  return 0;
}

const factOf = ({ requirement, on }: Lapse, { enrollment }: EnrollmentRef): AuditFact => ({
  actor: systemActor('sweep'),
  action: 'certificate-lapsed',
  subject: enrollment,
  facts: { requirement, on },
  cause: `sweep#certificate-lapsed#${requirement}#${on}`,
});
