import * as z from 'zod';
import { type Actor, actorSchema, auditFactsSchema } from './audit.ts';
import { documentHash, sha256 } from './hash.ts';
import { civilDateSchema, type Instant, instantSchema, later } from './time.ts';

export const accessActions = [
  'record-read',
  'records-listed',
  'export-requested',
  'export-made',
  'export-fetched',
  'export-refused',
  'access-read',
] as const;
export type AccessAction = (typeof accessActions)[number];

/** One chain of reads: of one actor on one day (UTC) in one program, so that no two readers wait for one another. */
export type AccessChain = { program: string; actor: string; day: string };

/**
 * One read of records. Holds ids and codes only; `subject` is what was read: an enrollment, a credential, or the
 * program as a whole.
 */
export const accessEntrySchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      seq: z.number().int().min(1),
      at: instantSchema,
      day: civilDateSchema,
      actor: actorSchema(),
      action: z.enum(accessActions),
      subject: z.string().min(1).max(200),
      facts: auditFactsSchema(),
      prevHash: z.string().length(64),
      hash: z.string().length(64),
    })
    .meta({ title: 'AccessEntry', description: 'One read of records, in the access chain of its reader and day' }),
);
export type AccessEntry = z.infer<typeof accessEntrySchema>;

export type Access = { actor: Actor; action: AccessAction; subject: string; facts: AccessEntry['facts'] };
export type AccessHead = { seq: number; hash: string; at: Instant };

export function accessChainOf(program: string, actor: Actor, at: Instant): AccessChain {
  return { program, actor: actor.id, day: at.slice(0, 10) };
}

/** The head of an empty access chain: bound to its program, reader and day. */
export function emptyAccessHead({ program, actor, day }: AccessChain): AccessHead {
  return { seq: 0, hash: sha256(`journeypaper/access/1 ${program} ${actor} ${day}`), at: `${day}T00:00:00.000Z` };
}

/** Appends one read to its chain. */
export function chainAccess(
  of: AccessChain,
  head: AccessHead,
  access: Access,
  now: Instant,
): { entry: AccessEntry; head: AccessHead } {
  const at = later(head.at, now);
  const content = { ...access, seq: head.seq + 1, at, day: of.day, prevHash: head.hash };
  const hash = documentHash(content);
  return { entry: { ...content, hash }, head: { seq: content.seq, hash, at } };
}

/** The first place, if any, at which the entries of one access chain do not lead from its beginning to its head. */
export function findAccessFault(
  of: AccessChain,
  entries: readonly AccessEntry[],
  head: Pick<AccessHead, 'seq' | 'hash'>,
): { seq: number } | undefined {
  let previous = emptyAccessHead(of);
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
    const { hash, ...content } = entry;
    if (entry.seq !== previous.seq + 1 || entry.prevHash !== previous.hash || documentHash(content) !== hash)
      return { seq: previous.seq + 1 };
    previous = { seq: entry.seq, hash, at: entry.at };
  }
  return previous.seq === head.seq && previous.hash === head.hash ? undefined : { seq: previous.seq + 1 };
}

/**
 * The first place, if any, at which one access chain, as the checkpoint names it (`access/{actor}/{day}`), is not whole:
 * it does not lead to its head, or not by what the checkpoint has sealed. Entries behind the head came after it was read.
 */
export function findAccessChainFault(
  program: string,
  chain: string,
  entries: readonly AccessEntry[],
  head: Pick<AccessHead, 'seq' | 'hash'> | undefined,
  sealed: Pick<AccessHead, 'seq' | 'hash'> | undefined,
): number | undefined {
  const [, actor = '', day = ''] = chain.split('/');
  // Without a head nothing says where the chain ends: somebody took it away.
  if (!head) return 1;
  const until = entries.filter((entry) => entry.seq <= head.seq);
  const fault = findAccessFault({ program, actor, day }, until, head);
  if (fault) return fault.seq;
  if (!sealed || until.some(({ seq, hash }) => seq === sealed.seq && hash === sealed.hash)) return undefined;
  return Math.min(head.seq + 1, sealed.seq);
}
