import * as z from 'zod';
import { documentHash, freshSaltedHash, sha256 } from './hash.ts';
import type { EnrollmentRef } from './ids.ts';
import { type Instant, instantSchema, later } from './time.ts';

export const actorSchema = () =>
  z.strictObject({
    id: z.string().min(1).max(128),
    role: z.enum(['apprentice', 'submitter', 'assessor', 'administrator', 'operator', 'auditor', 'system', 'table']),
  });
export type Actor = z.infer<ReturnType<typeof actorSchema>>;

/** Some hand changed the table without telling us who. */
export const unknownHand: Actor = { id: 'unknown', role: 'table' };
export const systemActor = (step: string): Actor => ({ id: step, role: 'system' });

export const auditActions = [
  'enrolled',
  'enrollment-withdrawn',
  'enrollment-resumed',
  'framework-moved',
  'program-changed',
  'assessor-voided',
  'evidence-accepted',
  'evidence-rejected',
  'evidence-set-aside',
  'evidence-edited',
  'evidence-deleted',
  'evidence-withdrawn',
  'assessment-accepted',
  'assessment-rejected',
  'assessment-edited',
  'assessment-deleted',
  'withdrawal-rejected',
  'withdrawal-edited',
  'withdrawal-deleted',
  'progress-evaluated',
  'completion-reached',
  'completion-undone',
  'certificate-lapsed',
  'credential-requested',
  'credential-request-cancelled',
  'credential-parked',
  'credential-unparked',
  'credential-set-aside',
  'credential-issued',
  'credential-suspended',
  'credential-reinstated',
  'credential-superseded',
  'credential-revoked',
  'name-corrected',
  'address-corrected',
  'restored',
  'delivery-queued',
  'delivery-sending',
  'delivery-sent',
  'delivery-deferred',
  'delivery-delivered',
  'delivery-bounced',
  'delivery-complained',
  'delivery-parked',
  'delivery-set-aside',
  'delivery-cancelled',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Ids, hashes, dates and codes only: text and personal data stay in the records. */
export const auditFactsSchema = () => z.record(z.string(), z.union([z.string().max(300), z.number(), z.boolean()]));

/**
 * One link of an enrollment's hash chain. `cause` is what brought the entry about (an item's key and stream sequence
 * number, or a request's id) and is its key in the table: a replay adds nothing.
 */
export const auditEntrySchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      seq: z.number().int().min(1),
      at: instantSchema,
      actor: actorSchema(),
      action: z.enum(auditActions),
      subject: z.string().min(1).max(200),
      facts: auditFactsSchema(),
      cause: z.string().min(1).max(400),
      prevHash: z.string().length(64),
      hash: z.string().length(64),
    })
    .meta({ title: 'AuditEntry', description: 'One fact in the ledger of one enrollment' }),
);
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** A fact that is not chained yet. */
export type AuditFact = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'facts' | 'cause'>;

export const chainHeadSchema = () =>
  z.strictObject({
    seq: z.number().int().min(0),
    hash: z.string().length(64),
    at: instantSchema,
  });
export type ChainHead = z.infer<ReturnType<typeof chainHeadSchema>>;

/** The head of an empty chain: bound to its enrollment, so that one chain cannot pass for another. */
export function emptyChain(ref: EnrollmentRef, at: Instant): ChainHead {
  return { seq: 0, hash: sha256(`journeypaper/ledger/1 ${ref.program} ${ref.enrollment}`), at };
}

/** What a chain hangs on: its head, and the secret that the details of its entries are salted with. */
export type ChainState = { chain: ChainHead; salt: string };

/** Appends facts to a chain. Times never run backwards along it, whatever the clocks do. */
export function chain(
  { chain: head, salt }: ChainState,
  facts: readonly AuditFact[],
  now: Instant,
): { entries: AuditEntry[]; head: ChainHead } {
  const entries: AuditEntry[] = [];
  let { seq, hash, at } = head;
  for (const fact of facts) {
    at = later(at, now);
    seq += 1;
    const entry = { ...fact, seq, at, prevHash: hash };
    hash = entryHash(entry, detailHash(salt, entry));
    entries.push({ ...entry, hash });
  }
  return { entries, head: { seq, hash, at } };
}

/**
 * The salted hash of what an entry says in detail: whom or what it is about, its facts and its cause. Who may not read
 * the detail gets this hash in its place and can still follow the chain.
 */
export function detailHash(salt: string, { seq, subject, facts, cause }: Omit<AuditEntry, 'hash'>): string {
  return freshSaltedHash(salt, detailKey(seq), { subject, facts, cause });
}

/** Names an entry's detail where its salt is derived. */
export const detailKey = (seq: number) => `ledger#${seq}`;

/** An entry's hash: its place, its time, who did what kind of thing, and the hash of the detail. */
export function entryHash({ seq, at, actor, action, prevHash }: Omit<AuditEntry, 'hash'>, detail: string): string {
  return documentHash({ seq, at, actor, action, prevHash, detail });
}

export type ChainFault = { seq: number; fault: 'gap' | 'order' | 'hash' | 'link' | 'head' };

/** Checks a whole chain, in any order of entries, against its head; undefined when every link fits. */
export function findChainFault(
  { chain: head, salt, ...ref }: EnrollmentRef & ChainState,
  entries: readonly AuditEntry[],
): ChainFault | undefined {
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  let previous = emptyChain(ref, sorted[0]?.at ?? head.at);
  for (const entry of sorted) {
    if (entry.seq !== previous.seq + 1) return { seq: previous.seq + 1, fault: 'gap' };
    if (entry.prevHash !== previous.hash) return { seq: entry.seq, fault: 'link' };
    if (entryHash(entry, detailHash(salt, entry)) !== entry.hash) return { seq: entry.seq, fault: 'hash' };
    if (entry.at < previous.at) return { seq: entry.seq, fault: 'order' };
    previous = { seq: entry.seq, hash: entry.hash, at: entry.at };
  }
  return previous.seq === head.seq && previous.hash === head.hash ? undefined : { seq: head.seq, fault: 'head' };
}
