import type { AuditEntry } from './audit.ts';
import type { Achievement, Credential, CredentialState } from './credential.ts';
import type { Delivery, DeliveryState } from './delivery.ts';
import type { Enrollment, EnrollmentPatch } from './enrollment.ts';

/**
 * What must be unchanged for a commit to count. Every writer but the plain fence bump counts `version` up; issue
 * guards on what it truly stands on instead: the pointer, the fence and the head of the chain.
 */
export type CommitGuard = {
  version?: number;
  fence?: number;
  chainSeq?: number;
  pending?: { achievement: Achievement; credentialId: string };
};

export type CredentialChange = {
  credentialId: string;
  from: readonly CredentialState[];
  set: Partial<
    Pick<
      Credential,
      'state' | 'suspendedAt' | 'supersededAt' | 'supersededBy' | 'revokedAt' | 'revocation' | 'delivery'
    >
  >;
};

/** One transaction on one enrollment: all of it, or nothing. At most a hundred items. */
export type Commit = {
  /** The enrollment as read; its `version` counts up by one. */
  enrollment: Enrollment;
  guard: CommitGuard;
  patch: EnrollmentPatch;
  /** An act of a person that may take a completion back. */
  bumpFence?: boolean;
  /** Put if their cause is absent. */
  entries: readonly AuditEntry[];
  newCredential?: Credential;
  credentialChanges?: readonly CredentialChange[];
  newDeliveries?: readonly Delivery[];
  deliveryChanges?: readonly { delivery: Delivery; from: readonly DeliveryState[]; attempt: number }[];
};
