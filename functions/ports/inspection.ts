import type { AuditEntry } from '../domain/audit.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';

/** One enrollment's partition as it is, whatever any hand has done to it. */
export type InspectedRecord = {
  /** Absent where the item is gone or cannot be read. */
  enrollment?: Enrollment;
  credentials: Credential[];
  deliveries: Delivery[];
  ledger: AuditEntry[];
  /** Sort keys of items that are not of their form. */
  unreadable: string[];
  /** Sort keys of items that the indexes show otherwise than their content says. */
  misindexed: string[];
};

/** The table looked at past its indexes and without trusting it, for finding what is wrong. */
export type RecordInspection = {
  /** Every enrollment that has any item, one after another: the whole table is read. */
  enrollments(program?: string): AsyncIterable<EnrollmentRef>;
  inspect(ref: EnrollmentRef): Promise<InspectedRecord>;
};

export type InspectedDocument = {
  /** SHA-256 of the bytes as they are. */
  hash: string;
  lockedUntil?: Instant;
  /** False while it may still be cleaned up. */
  committed: boolean;
};

/** The document store looked at as it is. */
export type DocumentInspection = {
  /** The keys of all documents, one after another. */
  keys(program?: string): AsyncIterable<string>;
  /** `unreadable`: it is there, and what comes is not what was stored. */
  look(key: string): Promise<InspectedDocument | 'unreadable' | undefined>;
};
