import type { AuditEntry } from '../domain/audit.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { Instant } from '../domain/time.ts';

/** One item, whole: its keys, and its attributes in the table's own JSON, which a backup keeps to the letter. */
export type ArchivedItem = { pk: string; sk: string; json: Record<string, unknown> };

/** The record of a restore, in the restored table: to which instant, by whom, when. */
export type RestoreMark = { to: Instant; by: string; begunAt: Instant; doneAt?: Instant };

/** The table as a whole, for taking it away and bringing it back. */
export type RecordArchive = {
  /** Every item once. Each enrollment is told as it stood at one instant, and its evidence as of then or later. */
  items(): AsyncIterable<ArchivedItem>;
  /** Whether the table holds nothing of ours; another system's evidence, and what was set aside of it, does not count. */
  isEmpty(): Promise<boolean>;
  readMark(to: Instant): Promise<RestoreMark | undefined>;
  putMark(mark: RestoreMark): Promise<void>;
  /** Puts an item where there is none. `due: false`: without what would have the sweep find it. */
  putItem(item: ArchivedItem, options: { due: boolean }): Promise<void>;
  /** @throws AdapterError never retryable, where the item is no enrollment of this version's form. */
  readEnrollmentItem(item: ArchivedItem): Enrollment;
  /** Puts an enrollment where there is none, with more entries of its ledger and its emails as they are then. */
  putEnrollment(
    enrollment: Enrollment,
    entries: readonly AuditEntry[],
    deliveries: readonly Delivery[],
  ): Promise<'stored' | 'exists'>;
};
