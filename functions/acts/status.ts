import * as z from 'zod';
import { enrollmentAt, frameworkPinnedBy, type PastEnrollment } from '../domain/as-of.ts';
import type { AuditEntry, ChainFault } from '../domain/audit.ts';
import { findChainFault } from '../domain/audit.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { type Explanation, explain } from '../domain/explanation.ts';
import type { Framework } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { type Lapse, lapsesSinceCompletion } from '../domain/lapses.ts';
import type { Program } from '../domain/program.ts';
import { civilDateOf, civilDateSchema, endOfDay, type Instant, instantOf } from '../domain/time.ts';
import type { StoredAside } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';
import { refuseUnknownEnrollment } from './unknown-enrollment.ts';

const pastMoment = z.iso.datetime({ offset: true });

export type Status = {
  outcome: 'found';
  /** The past instant that `standing` and `explanation` are of; all else is of now. */
  at?: Instant;
  standing: Pick<PastEnrollment, 'status' | 'progress' | 'completion' | 'left' | 'framework'>;
  enrollment: Enrollment;
  program: Program;
  /** The version that `standing` was judged by. */
  framework: Framework;
  /** Every version that the enrollment ever followed: what any of them calls sensitive is hidden. */
  frameworks: Framework[];
  explanation: Explanation;
  credentials: Credential[];
  deliveries: Delivery[];
  ledger: AuditEntry[];
  chainFault: ChainFault | undefined;
  /** Required certificates that lapsed after the completion, which stands. */
  lapses: Lapse[];
  aside: StoredAside[];
};

/**
 * Everything about one enrollment: what is met, what is missing, what was issued and sent, and the ledger behind it.
 * With `moment`, what was met and missing then, as the ledger tells: an instant, or a date for the end of that day.
 */
export async function readStatus(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
  moment?: string,
): Promise<Status | Refused> {
  const recorded = await readRecorded(ports, ref, moment);
  if (recorded.outcome === 'refused') return recorded;
  const aside = await listAside(ports, ref.program);
  return { ...recorded, aside: aside.filter(({ enrollment }) => enrollment === ref.enrollment) };
}

/** The same without what was set aside, which lies with the program's: the record's own partition alone is read. */
export async function readRecorded(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
  moment?: string,
): Promise<Omit<Status, 'aside'> | Refused> {
  const record = await ports.store.readRecord(ref);
  if (!record) return refuseUnknownEnrollment(ports.store, ref);
  const { enrollment } = record;
  const stored = await ports.store.readProgram(ref.program);
  const framework = await ports.store.readFramework(enrollment.framework);
  if (!stored || !framework)
    return refused('program.unknown', `program: "${ref.program}" or its framework is not in the table`, {
      next: 'load-program',
      again: true,
    });
  const now = ports.clock.now();
  const { program } = stored;
  const chainFault = findChainFault(enrollment, record.ledger);
  const view =
    moment === undefined
      ? { standing: enrollment, framework, explanation: explain(enrollment, program, framework, now) }
      : chainFault
        ? brokenLedger(chainFault, ref.enrollment)
        : await viewAt(ports, moment, record, program, framework, now);
  if ('outcome' in view) return view;
  return {
    outcome: 'found',
    ...record,
    program,
    ...view,
    frameworks: [framework, ...(await pastFrameworks(ports, record.ledger, framework))],
    chainFault,
    lapses: lapsesSinceCompletion(enrollment, civilDateOf(now, program.timeZone)),
  };
}

function brokenLedger({ seq, fault }: ChainFault, enrollment: string): Refused {
  const message = `ledger: somebody changed it (${fault} at ${seq}), so that it cannot say what was`;
  return refused('ledger.broken', message, { next: 'see-history', enrollment });
}

/** The past, judged by the program and the framework as they were then. */
async function viewAt(
  { store }: Pick<ActPorts, 'store'>,
  moment: string,
  { enrollment, ledger }: { enrollment: Enrollment; ledger: AuditEntry[] },
  program: Program,
  framework: Framework,
  now: Instant,
): Promise<Pick<Status, 'at' | 'standing' | 'framework' | 'explanation'> | Refused> {
  const at = instantAt(moment, program.timeZone, now);
  if (at === undefined)
    return refused(
      'at.invalid',
      `at: "${moment}" is no past instant; give one such as 2026-03-02T14:00:00Z, or a date such as 2026-03-02 for the end of that day`,
    );
  const standing = enrollmentAt(ledger, enrollment, at);
  if (standing) {
    const { programHash, framework: pinned } = standing;
    const thenProgram = programHash && (await store.readProgramVersion(enrollment.program, programHash));
    const thenFramework = (pinned && (await store.readFramework(pinned))) ?? framework;
    const explanation = explain(standing, thenProgram || program, thenFramework, at);
    return { at, standing, framework: thenFramework, explanation };
  }
  const since = ledger.map((entry) => entry.at).sort()[0];
  return refused('at.before-enrollment', `at: lies before the enrollment was recorded; give ${since} or later`);
}

async function pastFrameworks(
  { store }: Pick<ActPorts, 'store'>,
  ledger: readonly AuditEntry[],
  now: Framework,
): Promise<Framework[]> {
  const pinned = ledger.flatMap((entry) => frameworkPinnedBy(entry) ?? []).filter((ref) => ref.version !== now.version);
  const read = await Promise.all(pinned.map((ref) => store.readFramework(ref)));
  return read.flatMap((framework) => framework ?? []);
}

/** Undefined: of neither form, or in the future. Today's end has not come yet: it is now. */
function instantAt(moment: string, timeZone: string, now: Instant): Instant | undefined {
  if (civilDateSchema.safeParse(moment).success) {
    const today = civilDateOf(now, timeZone);
    if (moment >= today) return moment === today ? now : undefined;
    return endOfDay(moment, timeZone);
  }
  if (!pastMoment.safeParse(moment).success) return undefined;
  const at = instantOf(Date.parse(moment));
  return at <= now ? at : undefined;
}

/** What a program's evidence was refused for: every item that does not count, and why. */
export async function listAside(ports: Pick<ActPorts, 'store'>, program: string): Promise<StoredAside[]> {
  const found: StoredAside[] = [];
  let cursor: string | undefined;
  do {
    const page = await ports.store.listAside(program, cursor);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
