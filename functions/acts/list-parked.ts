import type { AuditEntry } from '../domain/audit.ts';
import { type EnrollmentStatus, enrollmentStatusSchema } from '../domain/enrollment.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { type Parked, parkedIdOf, parkedIn, parkedReasonOf, setAsideOf } from './parked.ts';

export type FoundParked = { ref: EnrollmentRef; since: Instant; parked: Parked };

export type ParkedFilter = {
  /** Every program's where left out. */
  program?: string;
  enrollment?: string;
  kind?: Parked['kind'];
  /** Words that stand in the reason. */
  because?: string;
  /** What a person has set aside too, and what was sent again as another email. */
  withSetAside?: boolean;
};

/** Everything that waits for a person, one enrollment at a time: never more than a page of them is held. */
export async function* listParked(
  ports: Pick<ActPorts, 'store'>,
  filter: ParkedFilter,
): AsyncGenerator<FoundParked, void> {
  for await (const ref of enrollmentsOf(ports, filter)) {
    const record = await ports.store.readRecord(ref);
    if (!record) continue;
    for (const found of parkedOf(record)) if (fits(found, filter)) yield found;
  }
}

/** What is parked in one enrollment, and since when. */
export function parkedOf({ enrollment, deliveries, ledger }: EnrollmentRecord): FoundParked[] {
  const ref = { program: enrollment.program, enrollment: enrollment.enrollment };
  return parkedIn(enrollment, deliveries).map((parked) => ({ ref, parked, since: sinceOf(parked, ledger) }));
}

function sinceOf(parked: Parked, ledger: readonly AuditEntry[]): Instant {
  const id = parkedIdOf(parked);
  const entry = ledger.findLast(({ subject, action }) => subject === id && action.endsWith('-parked'));
  return entry?.at ?? (parked.kind === 'email' ? parked.delivery.queuedAt : parked.request.requestedAt);
}

function fits({ parked }: FoundParked, { kind, because, withSetAside }: ParkedFilter): boolean {
  if (kind !== undefined && parked.kind !== kind) return false;
  if (!withSetAside && (setAsideOf(parked) || isAnswered(parked))) return false;
  return because === undefined || parkedReasonOf(parked).includes(because);
}

/** Its certificate has gone out again since: that email speaks for itself. */
const isAnswered = (parked: Parked) => parked.kind === 'email' && parked.delivery.resentAs !== undefined;

async function* enrollmentsOf(
  { store }: Pick<ActPorts, 'store'>,
  { program, enrollment }: ParkedFilter,
): AsyncGenerator<EnrollmentRef, void> {
  if (program !== undefined && enrollment !== undefined) {
    yield { program, enrollment };
    return;
  }
  const programs = program === undefined ? (await store.listPrograms()).map((stored) => stored.program.id) : [program];
  for (const id of programs) {
    for (const status of enrollmentStatusSchema.options) yield* enrollmentsIn(store, id, status);
  }
}

async function* enrollmentsIn(
  store: ActPorts['store'],
  program: string,
  status: EnrollmentStatus,
): AsyncGenerator<EnrollmentRef, void> {
  let cursor: string | undefined;
  do {
    const page = await store.listEnrollments(program, status, cursor);
    yield* page.items.map(({ enrollment }) => ({ program, enrollment }));
    cursor = page.cursor;
  } while (cursor !== undefined);
}
