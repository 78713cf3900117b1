import type { NameSeal } from './apprentice-seal.ts';
import { type AuditEntry, detailHash, detailKey } from './audit.ts';
import type { Head } from './checkpoint.ts';
import { noticeDueOn } from './completion-notice.ts';
import type { Credential } from './credential.ts';
import type { Delivery } from './delivery.ts';
import type { Enrollment } from './enrollment.ts';
import { type Assessment, checkItem, evidencePartition, parseEvidenceKeys, type RawItem } from './evidence.ts';
import { type Framework, requirementsOf } from './framework.ts';
import { freshSaltedHash, recordSalt } from './hash.ts';
import type { InclusionProof } from './merkle.ts';

/*
 * What an auditor takes away: lines of JSON, each with its `kind`. An enrollment's line comes first and what belongs to
 * it follows, its ledger in the order of the chain, so that a reader needs to remember one enrollment at a time.
 */

export type EnrollmentLine = {
  kind: 'enrollment';
  enrollment: string;
  /** Without the address: no audit needs it. With how the name is held against the ledger. */
  apprentice: { id: string; name: string } & NameSeal;
  enrolledOn: string;
  framework: Enrollment['framework'];
  status: Enrollment['status'];
  completion?: Enrollment['completion'];
  left?: { at: string; code: string };
  /** How far the ledger had come at the checkpoint, and how that is proved. */
  chain: { seq: number; hash: string };
  proof: InclusionProof;
};

/** A ledger entry: whole, with the salt of its detail; or redacted, with the detail's hash in its place. */
export type EntryLine =
  | { kind: 'entry'; enrollment: string; entry: AuditEntry; salt: string }
  | {
      kind: 'entry';
      enrollment: string;
      entry: Omit<AuditEntry, 'subject' | 'facts' | 'cause'>;
      redacted: 'sensitive';
      detail: string;
    };

/** One piece of evidence with what became of it. Its text stays in the record; the hash ties it to the ledger. */
export type EvidenceLine = {
  kind: 'evidence';
  enrollment: string;
  requirement: string;
  evidence: string;
  submittedBy: string;
  submittedAt: string;
  occurredOn: string;
  hours?: number;
  certificate?: { issuer: string; number: string; issuedOn: string; expiresOn?: string | undefined };
  contentHash: string;
  /** The ledger does not know this content yet: it reached the table after the checkpoint. */
  unchained?: true;
  withdrawn?: { by: string; at: string };
  assessments: Pick<Assessment, 'assessment' | 'assessor' | 'assessedAt' | 'outcome' | 'evidenceHash'>[];
};

/**
 * A completion with the clock of the notice that the registration agency is owed. Whether the notice was given is not in
 * our records, and is not said.
 */
export type CompletionLine = { kind: 'completion'; enrollment: string; completedOn: string; noticeDueOn: string };

export type CredentialLine = { kind: 'credential' } & Omit<Credential, 'code'>;
export type DeliveryLine = { kind: 'delivery' } & Omit<Delivery, 'dueAt' | 'leaseUntil' | 'to'>;

export function enrollmentLine(
  enrollment: Enrollment,
  nameSeal: NameSeal,
  head: Head,
  proof: InclusionProof,
): EnrollmentLine {
  const { id, name } = enrollment.apprentice;
  const { completion, left } = enrollment;
  return {
    kind: 'enrollment',
    enrollment: enrollment.enrollment,
    apprentice: { id, name, ...nameSeal },
    enrolledOn: enrollment.enrolledOn,
    framework: enrollment.framework,
    status: enrollment.status,
    ...(completion && { completion }),
    ...(left && { left: { at: left.at, code: left.code } }),
    chain: { seq: head.seq, hash: head.hash },
    proof,
  };
}

const sensitive = new WeakMap<Framework, ReadonlySet<string>>();

/** The requirements and skill sets of a framework that disclose something about their holder. */
export function sensitiveIds(framework: Framework): ReadonlySet<string> {
  let ids = sensitive.get(framework);
  if (!ids) {
    const requirements = [...requirementsOf(framework).values()].filter((r) => r.sensitive).map((r) => r.id);
    ids = new Set([...requirements, ...framework.skillSets.filter((set) => set.sensitive).map((set) => set.id)]);
    sensitive.set(framework, ids);
  }
  return ids;
}

export function entryLine(
  { enrollment, salt }: Pick<Enrollment, 'enrollment' | 'salt'>,
  entry: AuditEntry,
  hidden: ReadonlySet<string>,
): EntryLine {
  if (!isSensitive(entry, hidden))
    return { kind: 'entry', enrollment, entry, salt: recordSalt(salt, detailKey(entry.seq)) };
  const { subject: _, facts: __, cause: ___, ...open } = entry;
  return { kind: 'entry', enrollment, entry: open, redacted: 'sensitive', detail: detailHash(salt, entry) };
}

/** Does anything in an entry's detail name one of these ids, be it in a key, a value or a cause? */
export function isSensitive({ subject, facts, cause }: AuditEntry, ids: ReadonlySet<string>): boolean {
  if (ids.size === 0) return false;
  let detail = `${subject} ${cause}`;
  for (const key in facts) detail += ` ${key} ${facts[key]}`;
  return patternOf(ids).test(detail);
}

const patterns = new WeakMap<ReadonlySet<string>, RegExp>();

/** Ids are slugs, without any sign that a pattern would take otherwise; what may stand beside one is none of theirs. */
function patternOf(ids: ReadonlySet<string>): RegExp {
  let pattern = patterns.get(ids);
  if (!pattern) {
    pattern = new RegExp(`(?<![a-z0-9-])(?:${[...ids].join('|')})(?![a-z0-9-])`, 'i');
    patterns.set(ids, pattern);
  }
  return pattern;
}

/** The evidence of an enrollment, by requirement and id. Items that break the contract are left to the ledger. */
export function evidenceLines(
  enrollment: Enrollment,
  items: readonly RawItem[],
  ledger: readonly AuditEntry[],
  hidden: ReadonlySet<string>,
): EvidenceLine[] {
  const chained = new Set(ledger.map(({ facts }) => facts.contentHash));
  const lines = new Map<string, EvidenceLine>();
  const parsed = items.flatMap((item) => {
    const place = parseEvidenceKeys(evidencePartition(enrollment), item.sk);
    if (!place || hidden.has(place.requirement)) return [];
    const value = checkItem(place, item.attributes);
    return value.ok ? [{ item, value, key: `${place.requirement}#${place.evidence}` }] : [];
  });
  for (const { item, value, key } of parsed) {
    if (value.part !== 'evidence') continue;
    const { requirement, evidence, submittedBy, submittedAt, occurredOn, hours, certificate } = value.value;
    const contentHash = freshSaltedHash(enrollment.salt, item.sk, item.attributes);
    lines.set(key, {
      kind: 'evidence',
      enrollment: enrollment.enrollment,
      requirement,
      evidence,
      submittedBy,
      submittedAt,
      occurredOn,
      ...(hours !== undefined && { hours }),
      ...(certificate && { certificate }),
      contentHash,
      ...(!chained.has(contentHash) && { unchained: true as const }),
      assessments: [],
    });
  }
  for (const { value, key } of parsed) {
    const line = lines.get(key);
    if (!line) continue;
    if (value.part === 'withdrawal') line.withdrawn = { by: value.value.withdrawnBy, at: value.value.withdrawnAt };
    if (value.part !== 'assessment') continue;
    const { assessment, assessor, assessedAt, outcome, evidenceHash } = value.value;
    line.assessments.push({ assessment, assessor, assessedAt, outcome, evidenceHash });
  }
  for (const line of lines.values()) line.assessments.sort((a, b) => (a.assessedAt < b.assessedAt ? -1 : 1));
  return [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

export function completionLine({ enrollment }: Pick<Enrollment, 'enrollment'>, completedOn: string): CompletionLine {
  return { kind: 'completion', enrollment, completedOn, noticeDueOn: noticeDueOn(completedOn) };
}

/** Without the public code: who holds a bundle verifies by it, and needs no key to the public page. */
export function credentialLine({ code: _, ...credential }: Credential): CredentialLine {
  return { kind: 'credential', ...credential };
}

/** Without the address that it went to, of which the ledger holds a hash. */
export function deliveryLine({ dueAt: _, leaseUntil: __, to: ___, ...delivery }: Delivery): DeliveryLine {
  return { kind: 'delivery', ...delivery };
}
