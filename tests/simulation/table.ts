import { enrollmentItem, parseEnrollmentItem } from '../../functions/adapters/aws/enrollment-codec.ts';
import { asideKey } from '../../functions/adapters/aws/record-keys.ts';
import type { AuditEntry } from '../../functions/domain/audit.ts';
import type { Commit } from '../../functions/domain/commit.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import { awaitingSince, type Enrollment, patched, pendingDueAt } from '../../functions/domain/enrollment.ts';
import type { Framework } from '../../functions/domain/framework.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { certificateTroubleSince, deliveryTroubleSince, lapseShownOn } from '../../functions/domain/needs.ts';
import type { CertificateTemplate, Program } from '../../functions/domain/program.ts';
import type { SetAside } from '../../functions/domain/set-aside.ts';
import type {
  AwaitingEnrollment,
  CommitOutcome,
  CredentialSummary,
  DueItem,
  EnrollmentSummary,
  LapsingEnrollment,
  StoredAside,
  StoredProgram,
  TroubleEntry,
} from '../../functions/ports/record-store.ts';
import { LaggingIndex } from './lagging-index.ts';
import { checkSortKey, checkTransaction, invalid } from './table-limits.ts';

export type Attributes = Record<string, unknown>;

/** A write of an evidence item, as its stream tells of it. */
export type EvidenceWrite = {
  pk: string;
  sk: string;
  before: Attributes | undefined;
  after: Attributes | undefined;
  byApi: boolean;
};

export type EnrollmentRow = {
  enrollment: Enrollment;
  credentials: Map<string, Credential>;
  deliveries: Map<string, Delivery>;
  ledger: Map<string, AuditEntry>;
  createdAt: number;
};

/** What hears of the table's writes: the stream and the judges. */
export type TableListener = {
  evidenceWritten(write: EvidenceWrite): void;
  committed(row: EnrollmentRow, before: Enrollment, commit: Commit): void;
};

export const refKey = (ref: EnrollmentRef) => `${ref.program}#${ref.enrollment}`;

/**
 * The Records table in memory, with the meaning that `adapters/aws` gives it: the same conditions, the same outcomes,
 * attributes written one by one, indexes that lag. Synchronous: what is concurrent is the scheduler's business.
 */
export class SimulatedTable {
  readonly programs = new Map<string, StoredProgram>();
  readonly versions = new Map<string, Program>();
  readonly templates = new Map<string, CertificateTemplate>();
  readonly assets = new Map<string, Uint8Array>();
  readonly frameworks = new Map<string, { framework: Framework; hash: string }>();
  readonly rows = new Map<string, EnrollmentRow>();
  /** By partition key, then sort key. */
  readonly evidence = new Map<string, Map<string, { attributes: Attributes; byApi: boolean }>>();
  readonly asides = new Map<string, StoredAside>();
  readonly #due: LaggingIndex<DueItem>;
  readonly #listed: LaggingIndex<EnrollmentSummary>;
  readonly #own: LaggingIndex<EnrollmentRef & { apprentice: string }>;
  readonly #awaiting: LaggingIndex<AwaitingEnrollment>;
  readonly #issued: LaggingIndex<CredentialSummary>;
  readonly #listener: TableListener;
  readonly #now: () => number;
  /** Passes every enrollment through the item's own codec, as the real table does. */
  readonly #isStrict: boolean;

  constructor(listener: TableListener, now: () => number, isStrict: boolean) {
    this.#listener = listener;
    this.#now = now;
    this.#due = new LaggingIndex(now);
    this.#listed = new LaggingIndex(now);
    this.#own = new LaggingIndex(now);
    this.#awaiting = new LaggingIndex(now);
    this.#issued = new LaggingIndex(now);
    this.#isStrict = isStrict;
  }

  row(ref: EnrollmentRef): EnrollmentRow | undefined {
    return this.rows.get(refKey(ref));
  }

  createEnrollment(enrollment: Enrollment, entries: readonly AuditEntry[]): 'created' | 'exists' {
    if (this.row(enrollment)) return 'exists';
    const row: EnrollmentRow = {
      enrollment,
      credentials: new Map(),
      deliveries: new Map(),
      ledger: new Map(entries.map((e) => [e.cause, e])),
      createdAt: this.#now(),
    };
    this.rows.set(refKey(enrollment), row);
    this.#index(enrollment, pendingDueAt(enrollment));
    return 'created';
  }

  commit(commit: Commit): CommitOutcome {
    checkTransaction(commit);
    const row = this.row(commit.enrollment);
    const repeated = row
      ? commit.entries.filter((entry) => row.ledger.has(entry.cause)).map((entry) => entry.cause)
      : [];
    if (!row || !this.#conditionsHold(row, commit)) return { outcome: 'conflict' };
    if (repeated.length > 0) return { outcome: 'repeated', causes: repeated };
    const before = row.enrollment;
    row.enrollment = this.#patch(before, commit);
    for (const entry of commit.entries) row.ledger.set(entry.cause, entry);
    if (commit.newCredential) this.#putCredential(row, commit.newCredential);
    for (const change of commit.credentialChanges ?? []) {
      const { suspendedAt, ...kept } = row.credentials.get(change.credentialId) as Credential;
      const back = change.set.state === 'issued' || suspendedAt === undefined ? {} : { suspendedAt };
      this.#putCredential(row, { ...kept, ...back, ...change.set });
    }
    for (const delivery of commit.newDeliveries ?? []) this.#putDelivery(row, delivery);
    for (const { delivery } of commit.deliveryChanges ?? []) this.#putDelivery(row, delivery);
    // The indexes' attributes are written where they differ from those of the enrollment as it was read.
    const oldDue = pendingDueAt(commit.enrollment);
    const newDue = pendingDueAt({
      pointers: { ...commit.enrollment.pointers, ...(commit.patch.pointers as Enrollment['pointers']) },
    });
    this.#index(row.enrollment, oldDue === newDue ? this.#due.get(refKey(before))?.dueAt : newDue);
    this.#listener.committed(row, before, commit);
    return { outcome: 'committed' };
  }

  writeEvidence(
    pk: string,
    sk: string,
    after: Attributes | undefined,
    options: { onlyIfAbsent?: boolean; fence?: EnrollmentRef; byApi?: boolean } = {},
  ): 'stored' | 'exists' {
    checkSortKey(sk);
    const items = this.evidence.get(pk) ?? new Map<string, { attributes: Attributes; byApi: boolean }>();
    this.evidence.set(pk, items);
    const before = items.get(sk)?.attributes;
    if (options.onlyIfAbsent && before) return 'exists';
    if (options.fence) {
      const row = this.row(options.fence);
      if (!row) throw invalid('the enrollment is not there, whose fence was to be counted up');
      row.enrollment = { ...row.enrollment, fence: row.enrollment.fence + 1 };
    }
    if (after) items.set(sk, { attributes: after, byApi: options.byApi ?? false });
    else items.delete(sk);
    if (before || after) this.#listener.evidenceWritten({ pk, sk, before, after, byApi: options.byApi ?? false });
    return 'stored';
  }

  putAside(aside: StoredAside): void {
    const key = asideKey(aside, aside.sk);
    checkSortKey(key.sk);
    this.asides.set(`${key.pk} ${key.sk}`, aside);
  }

  dismissAside(aside: StoredAside, dismissed: SetAside): 'dismissed' | 'moved' {
    const key = asideKey(aside, aside.sk);
    const stored = this.asides.get(`${key.pk} ${key.sk}`);
    if (stored?.sequence !== aside.sequence || stored.code !== aside.code) return 'moved';
    this.asides.set(`${key.pk} ${key.sk}`, { ...stored, dismissed });
    return 'dismissed';
  }

  clearAside(ref: EnrollmentRef, sk: string): void {
    const key = asideKey(ref, sk);
    checkSortKey(key.sk);
    this.asides.delete(`${key.pk} ${key.sk}`);
  }

  listDue(before: string, mayLag: boolean): DueItem[] {
    return this.#due
      .seen(mayLag)
      .filter((item) => item.dueAt <= before)
      .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  }

  /** When the next thing is due, by the index as it is. */
  nextDueAt(): string | undefined {
    return this.#due
      .seen(false)
      .map((item) => item.dueAt)
      .sort()[0];
  }

  listEnrollments(program: string, status: string, mayLag: boolean): EnrollmentSummary[] {
    return this.#listed.seen(mayLag).filter((item) => item.program === program && item.status === status);
  }

  listOwn(program: string, apprentice: string, mayLag: boolean): EnrollmentRef[] {
    return this.#own
      .seen(mayLag)
      .filter((item) => item.program === program && item.apprentice === apprentice)
      .map(({ program, enrollment }) => ({ program, enrollment }));
  }

  listAwaiting(program: string, mayLag: boolean): AwaitingEnrollment[] {
    return this.#awaiting
      .seen(mayLag)
      .filter((item) => item.program === program)
      .sort((a, b) => (a.since < b.since ? -1 : 1));
  }

  listTrouble(program: string): TroubleEntry[] {
    return [...this.rows.values()]
      .flatMap(({ enrollment, deliveries }) => {
        const ref = { program: enrollment.program, enrollment: enrollment.enrollment };
        const own = certificateTroubleSince(enrollment);
        const emails = [...deliveries.values()].flatMap((each) => {
          const since = deliveryTroubleSince(each);
          return since === undefined ? [] : [{ ...ref, deliveryId: each.deliveryId, since }];
        });
        return [...(own === undefined ? [] : [{ ...ref, since: own }]), ...emails];
      })
      .filter((item) => item.program === program)
      .sort((a, b) => (a.since < b.since ? -1 : 1));
  }

  listLapsing(program: string, until: string): LapsingEnrollment[] {
    return [...this.rows.values()]
      .flatMap(({ enrollment }) => {
        const on = lapseShownOn(enrollment);
        if (enrollment.program !== program || on === undefined || on > until) return [];
        return [{ program, enrollment: enrollment.enrollment, on }];
      })
      .sort((a, b) => (a.on < b.on ? -1 : 1));
  }

  listIssued(program: string, mayLag: boolean): CredentialSummary[] {
    return this.#issued
      .seen(mayLag)
      .filter((item) => item.program === program)
      .sort((a, b) => (a.issuedAt > b.issuedAt ? -1 : 1));
  }

  #conditionsHold(
    row: EnrollmentRow,
    { guard, newCredential, credentialChanges, newDeliveries, deliveryChanges }: Commit,
  ): boolean {
    const { version, fence, chain, pointers } = row.enrollment;
    if (guard.version !== undefined && guard.version !== version) return false;
    if (guard.fence !== undefined && guard.fence !== fence) return false;
    if (guard.chainSeq !== undefined && guard.chainSeq !== chain.seq) return false;
    if (guard.pending && pointers[guard.pending.achievement]?.pending?.credentialId !== guard.pending.credentialId)
      return false;
    if (newCredential && row.credentials.has(newCredential.credentialId)) return false;
    if (newDeliveries?.some((d) => row.deliveries.has(d.deliveryId))) return false;
    if (!(credentialChanges ?? []).every((c) => c.from.includes(row.credentials.get(c.credentialId)?.state as never)))
      return false;
    return (deliveryChanges ?? []).every(({ delivery, from, attempt }) => {
      const stored = row.deliveries.get(delivery.deliveryId);
      return stored !== undefined && from.includes(stored.state) && stored.attempt === attempt;
    });
  }

  #patch(before: Enrollment, { enrollment, patch, bumpFence }: Commit): Enrollment {
    const changed = Object.keys(patch.progress ?? {}).length;
    // Above sixty changed requirements the adapter writes the whole map as the step knows it.
    const base = changed > 60 ? { ...before, progress: enrollment.progress } : before;
    const after = { ...patched(base, patch), version: before.version + 1, fence: before.fence + (bumpFence ? 1 : 0) };
    return this.#isStrict ? parseEnrollmentItem(enrollmentItem(after)) : after;
  }

  #putDelivery(row: EnrollmentRow, delivery: Delivery): void {
    row.deliveries.set(delivery.deliveryId, delivery);
    const { program, enrollment, deliveryId, dueAt } = delivery;
    const item =
      dueAt === undefined ? undefined : { kind: 'delivery' as const, program, enrollment, deliveryId, dueAt };
    this.#due.put(`${refKey(delivery)}#${deliveryId}`, item);
  }

  #putCredential(row: EnrollmentRow, credential: Credential): void {
    row.credentials.set(credential.credentialId, credential);
    const { program, enrollment, credentialId, achievement, issuedAt, state } = credential;
    const item = { program, enrollment, credentialId, achievement, issuedAt, state };
    this.#issued.put(`${refKey(credential)}#${credentialId}`, item);
  }

  #index(of: Enrollment, dueAt: string | undefined): void {
    const { program, enrollment, status, met, lastChangeAt, apprentice } = of;
    const since = awaitingSince(of);
    const key = refKey({ program, enrollment });
    this.#own.put(key, { program, enrollment, apprentice: apprentice.id });
    this.#awaiting.put(key, since === undefined ? undefined : { program, enrollment, since });
    this.#listed.put(key, { program, enrollment, status, met, lastChangeAt });
    this.#due.put(key, dueAt === undefined ? undefined : { kind: 'enrollment', program, enrollment, dueAt });
  }
}
