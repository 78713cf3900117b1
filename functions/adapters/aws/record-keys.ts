import type { AccessChain } from '../../domain/access.ts';
import { ownMark } from '../../domain/evidence.ts';
import { sha256 } from '../../domain/hash.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';

/** Goes into every item but evidence: without it, a write of ours would wake evaluate. */
export const own = { [ownMark]: true };

/** Every key of the Records table begins with its program, so that a caller's token bounds every query. */
export const enrollmentPartition = (ref: EnrollmentRef) => `${ref.program}#ENROLLMENT#${ref.enrollment}`;
export const enrollmentKey = (ref: EnrollmentRef) => ({ pk: enrollmentPartition(ref), sk: 'ENROLLMENT' });
export const credentialKey = (ref: EnrollmentRef, id: string) => ({
  pk: enrollmentPartition(ref),
  sk: `CREDENTIAL#${id}`,
});
export const deliveryKey = (ref: EnrollmentRef, id: string) => ({ pk: enrollmentPartition(ref), sk: `DELIVERY#${id}` });
/** A ledger entry's key is its cause: a replay finds it there. Its place in the chain is an attribute. */
export const ledgerKey = (ref: EnrollmentRef, cause: string) => ({
  pk: enrollmentPartition(ref),
  sk: `LEDGER#${cause}`,
});
export const programKey = (program: string) => ({ pk: `${program}#PROGRAM`, sk: 'CURRENT' });
export const programVersionKey = (program: string, hash: string) => ({
  pk: `${program}#PROGRAM`,
  sk: `VERSION#${hash}`,
});
export const templateKey = (program: string, hash: string) => ({ pk: `${program}#PROGRAM`, sk: `TEMPLATE#${hash}` });
/** What was asked under a key of a caller's own, for a day. An actor's id has no `#`. */
export const idempotencyKey = ({ program, actor, key }: { program: string; actor: string; key: string }) => ({
  pk: `${program}#IDEMPOTENCY`,
  sk: `${actor}#${key}`,
});
export const isRequestKeys = (pk: string) => pk.endsWith('#IDEMPOTENCY');
/** Who read what. Heads and entries sort by day, then reader, so that a span of days is one query. */
export const accessPartition = (program: string) => `${program}#ACCESS`;
export const accessHeadKey = ({ program, actor, day }: AccessChain) => ({
  pk: accessPartition(program),
  sk: `HEAD#${day}#${actor}`,
});
export const accessEntryKey = ({ program, actor, day }: AccessChain, seq: number) => ({
  pk: accessPartition(program),
  sk: `ENTRY#${day}#${actor}#${String(seq).padStart(8, '0')}`,
});
/** Bundles that were asked for; their ids sort by time. */
export const exportPartition = (program: string) => `${program}#EXPORT`;
export const exportKey = ({ program, exportId }: { program: string; exportId: string }) => ({
  pk: exportPartition(program),
  sk: exportId,
});
/** A picture of the program's, by its own hash. */
export const assetKey = (program: string, hash: string) => ({ pk: `${program}#PROGRAM`, sk: `ASSET#${hash}` });
/** Frameworks belong to no program: published, immutable, shared. */
export const frameworkKey = (id: string, version: string) => ({ pk: `FRAMEWORK#${id}`, sk: `VERSION#${version}` });
/** What is set aside may have any key: one that would make this key too long for the table goes by its hash. */
export const asideKey = (ref: EnrollmentRef, sk: string) => ({
  pk: `${ref.program}#ASIDE`,
  sk: `${ref.enrollment}#${Buffer.byteLength(sk) > maxAsideKeyBytes ? sha256(sk) : sk}`,
});
const maxAsideKeyBytes = 700;

/** When the next email of the account may go: of no program, since SES counts the account's. */
export const mailPaceKey = { pk: 'MAIL#PACE', sk: 'NEXT' };

/** The sparse index of what is due: only what waits carries these two attributes. */
export const duePartition = 'DUE';
export const programsPartition = 'PROGRAMS';
export const listPartition = (program: string, status: string) => `${program}#${status}`;

/** A program's enrollments of one apprentice. */
export const apprenticePartition = (program: string, apprentice: string) => `${program}#APPRENTICE#${apprentice}`;
/** A program's enrollments with evidence that waits for an assessor. */
export const awaitingPartition = (program: string) => `${program}#AWAITING`;
/** A program's emails and enrollments in which something failed that needs somebody. */
export const troublePartition = (program: string) => `${program}#TROUBLE`;
/** A program's enrollments with required certificates that lapse. */
export const lapsePartition = (program: string) => `${program}#LAPSE`;
/** A program's credentials by the instant of their issue. */
export const issuedPartition = (program: string) => `${program}#ISSUED`;
/** A program's credential by its id. */
export const credentialPartition = (program: string, id: string) => `${program}#CREDENTIAL#${id}`;

/** An item without its keys, its mark and the attributes of its indexes. */
export function bare(item: Record<string, unknown>): Record<string, unknown> {
  const { pk: _, sk: __, duePk: ___, kind: ____, own: _____, issuedPk: ______, credentialPk: _______, ...more } = item;
  const { troublePk: ________, troubleAt: _________, ...rest } = more;
  return rest;
}

/** The enrollment that an item's partition key names: what an index that carries keys alone tells of it. */
export function refOfPartition(pk: string): EnrollmentRef {
  const [program = '', , enrollment = ''] = pk.split('#');
  return { program, enrollment };
}

/** The delivery that a sort key names; undefined where it is another item's. */
export function deliveryOfKey(sk: string): string | undefined {
  return sk.startsWith('DELIVERY#') ? sk.slice('DELIVERY#'.length) : undefined;
}

/** The record of a restore. Belongs to no program. */
export const restoreKey = (to: string) => ({ pk: 'RESTORE', sk: to });
