import { type Actor, type AuditFact, chain } from '../domain/audit.ts';
import type { Pointer } from '../domain/credential.ts';
import { type Delivery, isSettled, mayBeOutReason } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { evidenceSortPrefix } from '../domain/evidence.ts';
import { nextLapse } from '../domain/needs.ts';
import { addDays, civilDateOf, type Instant } from '../domain/time.ts';
import type { RecordInspection } from '../ports/inspection.ts';
import type { ArchivedItem, RecordArchive } from '../ports/record-archive.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

/** A backup: the instant that it tells of, and its items, in any order, as often as they are asked for. */
export type Backup = { takenAt: Instant; items(): AsyncIterable<ArchivedItem> };

export type RestorePorts = Pick<ActPorts, 'clock'> & {
  archive: RecordArchive;
  records: Pick<RecordInspection, 'inspect'>;
};

export type Restored = {
  outcome: 'restored';
  to: Instant;
  items: number;
  enrollments: number;
  /** Emails that may have gone out since the backup: parked for a person. */
  parked: number;
  /** Certificates that were being issued: they go on, and their emails will be parked. */
  pending: number;
};

/** Items put at one time. */
const atOnce = 16;

/**
 * Puts a backup into an empty table. What the table has forgotten the mail service may have done: every email that was
 * not settled is parked for a person, and so will be the email of every certificate that was being issued; nothing is
 * sent again by itself. May be repeated after a crash: what is there stays.
 *
 * In three passes, so that no step sees half of an enrollment: what hangs on enrollments first, then all evidence, in
 * whatever order the backup has it, and each enrollment with its parked emails and their facts in one transaction last.
 * An enrollment never stands without what its decisions stood on: evaluate sets evidence aside whose enrollment is not
 * there yet, and the sweep hands it back.
 */
export async function restoreBackup(ports: RestorePorts, actor: Actor, backup: Backup): Promise<Restored | Refused> {
  const { archive, clock } = ports;
  const to = backup.takenAt;
  const mark = await archive.readMark(to);
  if (mark?.doneAt) return refused('restore.done', `table: it was restored to ${to} already, at ${mark.doneAt}`);
  if (!mark && !(await archive.isEmpty()))
    return refused(
      'restore.not-empty',
      'table: it holds something already; restore into the empty table of a new stack',
    );
  const begun = mark ?? { to, by: actor.id, begunAt: clock.now() };
  await archive.putMark(begun);

  const restored: Restored = { outcome: 'restored', to, items: 0, enrollments: 0, parked: 0, pending: 0 };
  await eachAtOnce(backup.items(), async (item) => {
    if (passOf(item) !== 'first') return;
    await archive.putItem(item, { due: !item.sk.startsWith('DELIVERY#') });
    restored.items++;
  });
  await eachAtOnce(backup.items(), async (item) => {
    if (passOf(item) !== 'evidence') return;
    await archive.putItem(item, { due: true });
    restored.items++;
  });
  await eachAtOnce(backup.items(), async (item) => {
    if (passOf(item) !== 'enrollment') return;
    const { parked, pending } = await restoreEnrollment(ports, actor, to, archive.readEnrollmentItem(item));
    restored.items++;
    restored.enrollments++;
    restored.parked += parked;
    restored.pending += pending;
  });
  await archive.putMark({ ...begun, doneAt: clock.now() });
  return restored;
}

function passOf({ pk, sk }: ArchivedItem): 'first' | 'enrollment' | 'evidence' {
  if (sk === 'ENROLLMENT' && pk.includes('#ENROLLMENT#')) return 'enrollment';
  return sk.startsWith(evidenceSortPrefix) ? 'evidence' : 'first';
}

async function restoreEnrollment(
  { archive, records, clock }: RestorePorts,
  actor: Actor,
  to: Instant,
  enrollment: Enrollment,
): Promise<{ parked: number; pending: number }> {
  const { deliveries, ledger } = await records.inspect(enrollment);
  const now = clock.now();
  const reason = mayBeOutReason(to);
  const parked = deliveries.filter(({ state }) => !isSettled(state)).map((each) => parkedSince(each, reason, now));
  const pointers = Object.fromEntries(
    Object.entries(enrollment.pointers).map(([achievement, pointer]) => [
      achievement,
      withSilentEmail(pointer, reason),
    ]),
  );
  const cause = `restore#${to}`;
  const facts: AuditFact[] = [
    { actor, action: 'restored', subject: enrollment.enrollment, facts: { to }, cause },
    ...parked.map(
      ({ deliveryId, attempt }): AuditFact => ({
        ...{ actor, action: 'delivery-parked', subject: deliveryId },
        ...{ facts: { attempt, reason }, cause: `${cause}#${deliveryId}` },
      }),
    ),
  ];
  const chained = chain(enrollment, facts, now);
  const version = enrollment.version + 1;
  const restored = { ...withLapse(enrollment, now), pointers, version, chain: chained.head };
  const outcome = await archive.putEnrollment(restored, chained.entries, parked);
  const pending = Object.values(pointers).filter((pointer) => pointer.pending && !pointer.pending.parked).length;
  // One that an earlier run brought in has parked its emails already: its ledger tells which.
  const before = ledger.filter((entry) => entry.cause.startsWith(`${cause}#`));
  return { parked: outcome === 'stored' ? parked.length : before.length, pending };
}

function parkedSince(delivery: Delivery, reason: string, now: Instant): Delivery {
  const { dueAt: _, leaseUntil: __, ...kept } = delivery;
  return { ...kept, state: 'parked', settledAt: now, reason };
}

/**
 * The day of the next lapse, found afresh: it may have passed since, and a backup may be from before it was kept. Its
 * program's day is none earlier than this one, and the daily look moves on whose day has passed.
 */
function withLapse({ lapseOn: _, ...enrollment }: Enrollment, now: Instant): Enrollment {
  const lapseOn = nextLapse(Object.values(enrollment.progress), addDays(civilDateOf(now, 'UTC'), -1));
  return { ...enrollment, ...(lapseOn !== undefined && { lapseOn }) };
}

/** A certificate that was being issued may have been issued and sent since: it is issued, and its email is parked. */
function withSilentEmail(pointer: Pointer, reason: string): Pointer {
  return pointer.pending ? { ...pointer, pending: { ...pointer.pending, emailMayBeOut: reason } } : pointer;
}

async function eachAtOnce<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const worker = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
