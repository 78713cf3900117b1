import type { AuditEntry } from '../domain/audit.ts';
import type { Aside } from '../domain/changes.ts';
import type { Commit } from '../domain/commit.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Enrollment, EnrollmentStatus } from '../domain/enrollment.ts';
import type { Assessment, RawItem, Submission, Withdrawal } from '../domain/evidence.ts';
import type { Framework, FrameworkRef } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { CertificateTemplate, Program, ProgramHashes } from '../domain/program.ts';
import type { SetAside } from '../domain/set-aside.ts';
import type { CivilDate, Instant } from '../domain/time.ts';

/** A program as it is in force now. */
export type StoredProgram = { program: Program; hashes: ProgramHashes; frameworkHash: string };

export type CommitOutcome =
  | { outcome: 'committed' }
  /** Something that the guard or an item's condition names has moved: read again and decide again. */
  | { outcome: 'conflict' }
  /** The ledger holds these causes already: decide again without them. */
  | { outcome: 'repeated'; causes: string[] };

/** Everything that one enrollment's partition holds, evidence apart. */
export type EnrollmentRecord = {
  enrollment: Enrollment;
  credentials: Credential[];
  deliveries: Delivery[];
  ledger: AuditEntry[];
};

export type EnrollmentSummary = {
  program: string;
  enrollment: string;
  status: EnrollmentStatus;
  met: number;
  lastChangeAt: Instant;
};

/** An enrollment with evidence to assess, and since when the oldest of it waits. */
export type AwaitingEnrollment = EnrollmentRef & { since: Instant };

/** Something that failed and needs somebody, and since when: an email, or without its id a certificate. */
export type TroubleEntry = EnrollmentRef & { deliveryId?: string; since: Instant };

/** An enrollment with required certificates, and the day on which the next of them ends. */
export type LapsingEnrollment = EnrollmentRef & { on: CivilDate };

/** An issued credential as its index shows it: no name and no public code. */
export type CredentialSummary = Pick<
  Credential,
  'program' | 'enrollment' | 'credentialId' | 'achievement' | 'issuedAt' | 'state'
>;

export type DeliveryRef = EnrollmentRef & { deliveryId: string };

export type Page<T> = { items: T[]; cursor?: string };

/** `dismissed`: a person has said that it needs nothing more. The next judgement of the item asks again. */
export type StoredAside = Aside & { program: string; enrollment: string; dismissed?: SetAside };

/** What is due for another push: a pending credential or an unsettled delivery. */
export type DueItem = {
  kind: 'enrollment' | 'delivery';
  program: string;
  enrollment: string;
  deliveryId?: string;
  dueAt: Instant;
};

/**
 * The table. Reads of single records and of evidence are strongly consistent; lists and look-ups by index are not.
 * Rejects with an `AdapterError` only where the world failed; an expected refusal is an outcome. A cursor that no page of
 * the same list gave is `cursor.malformed`.
 */
export type RecordStore = {
  readProgram(program: string): Promise<StoredProgram | undefined>;
  /** A program's past version, a template or a framework, by hash: immutable. */
  readProgramVersion(program: string, hash: string): Promise<Program | undefined>;
  /** All that was ever published of a program, in no order. */
  listProgramVersions(program: string): Promise<Program[]>;
  readTemplate(program: string, hash: string): Promise<CertificateTemplate | undefined>;
  readFramework(ref: FrameworkRef): Promise<Framework | undefined>;
  /** A framework as it was published, for those who were told no hash of it. */
  findFramework(ref: Pick<FrameworkRef, 'id' | 'version'>): Promise<Framework | undefined>;
  listPrograms(): Promise<StoredProgram[]>;
  /** A picture that a published version of the program names: immutable. */
  readAsset(program: string, sha256: string): Promise<Uint8Array | undefined>;
  /**
   * `assets`: the pictures that the program names by hash. `replaces`: the hash of the version that must still be the
   * current one, null where there must be none; without it, whatever is current is replaced.
   */
  putProgram(
    program: Program,
    template: CertificateTemplate,
    framework: Framework,
    assets?: readonly Uint8Array[],
    replaces?: string | null,
  ): Promise<'stored' | 'moved'>;
  /** Refuses to change a published framework version. */
  putFramework(framework: Framework): Promise<'stored' | 'exists' | 'differs'>;

  readEnrollment(ref: EnrollmentRef): Promise<Enrollment | undefined>;
  /** Those of some enrollments that are there, in the order asked for; eventually consistent. A request a hundred. */
  readEnrollments(refs: readonly EnrollmentRef[]): Promise<Enrollment[]>;
  readRecord(ref: EnrollmentRef): Promise<EnrollmentRecord | undefined>;
  createEnrollment(enrollment: Enrollment, entries: readonly AuditEntry[]): Promise<'created' | 'exists'>;
  listEnrollments(program: string, status: EnrollmentStatus, cursor?: string): Promise<Page<EnrollmentSummary>>;
  /** As `listEnrollments`, of those whose record changed at an instant or later. */
  listChangedEnrollments(
    program: string,
    status: EnrollmentStatus,
    since: Instant,
    cursor?: string,
  ): Promise<Page<EnrollmentSummary>>;

  /** An apprentice's enrollments in a program. */
  listOwnEnrollments(program: string, apprentice: string): Promise<EnrollmentRef[]>;
  /** Whose evidence waits for an assessor, the longest waiting first. */
  listAwaiting(program: string, cursor?: string): Promise<Page<AwaitingEnrollment>>;
  /** What failed and needs somebody, the longest waiting first. An enrollment is in it once for each email, and for its certificates. */
  listTrouble(program: string, cursor?: string): Promise<Page<TroubleEntry>>;
  /** Whose next certificate ends on a day or earlier, the earliest first; also those whose day has passed since they were written. */
  listLapsing(program: string, until: CivilDate, cursor?: string): Promise<Page<LapsingEnrollment>>;

  /** All items of some requirements, in no order. */
  readEvidence(ref: EnrollmentRef, requirements: readonly string[]): Promise<RawItem[]>;
  readAllEvidence(ref: EnrollmentRef): Promise<RawItem[]>;
  putSubmission(submission: Submission): Promise<'stored' | 'exists'>;
  /** `fence`: counts the enrollment's fence up in the same transaction. */
  putAssessment(assessment: Assessment, options: { fence: boolean }): Promise<'stored' | 'exists'>;
  putWithdrawal(withdrawal: Withdrawal): Promise<'stored' | 'exists'>;
  /** An item as another system would write it: keys and attributes unchecked, put over whatever is there. */
  putRaw(pk: string, sk: string, attributes: Record<string, unknown>): Promise<void>;

  commit(commit: Commit): Promise<CommitOutcome>;
  readCredential(ref: EnrollmentRef, credentialId: string): Promise<Credential | undefined>;
  /** All of one enrollment, the newest first: a request each, and never its ledger. */
  listCredentials(ref: EnrollmentRef): Promise<Credential[]>;
  listDeliveries(ref: EnrollmentRef): Promise<Delivery[]>;
  readDelivery(ref: EnrollmentRef, deliveryId: string): Promise<Delivery | undefined>;
  /** Those of some emails that are there, in no order; eventually consistent. A request a hundred. */
  readDeliveries(refs: readonly DeliveryRef[]): Promise<Delivery[]>;
  findCredential(code: string): Promise<Credential | undefined>;
  /** A program's credentials, the newest first; `from` and `to` bound the instant of issue, both included. */
  listIssued(
    program: string,
    span: { from?: Instant; to?: Instant },
    cursor?: string,
  ): Promise<Page<CredentialSummary>>;
  /** Whose credential an id is. */
  findIssued(program: string, credentialId: string): Promise<EnrollmentRef | undefined>;
  listDue(before: Instant, cursor?: string): Promise<Page<DueItem>>;

  putAside(aside: StoredAside): Promise<void>;
  /** Adds the decision where the item is still set aside by the same judgement: its `sequence` and `code`. */
  dismissAside(aside: StoredAside, dismissed: SetAside): Promise<'dismissed' | 'moved'>;
  clearAside(ref: EnrollmentRef, sk: string): Promise<void>;
  listAside(program: string, cursor?: string): Promise<Page<StoredAside>>;
};
