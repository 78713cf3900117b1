import { type AccessEntry, findAccessChainFault } from '../domain/access.ts';
import type { AuditEntry } from '../domain/audit.ts';
import {
  accessChainName,
  type Checkpoint,
  checkpointHash,
  checkpointStatement,
  enrollmentChain,
  type Head,
  headLeaf,
} from '../domain/checkpoint.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { merkleTree } from '../domain/merkle.ts';
import { addSeconds, type Instant } from '../domain/time.ts';
import type { AccessLog } from '../ports/access-log.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { SignatureCheck } from '../ports/signature-check.ts';
import { changedRemedy, type Finding } from './finding.ts';

export type CheckpointExamPorts = {
  checkpoints: Pick<CheckpointStore, 'latest' | 'readSigned'>;
  access: Pick<AccessLog, 'list' | 'heads'>;
  /** By the ledger's key. */
  isLedgerSignature: SignatureCheck;
};

/** What one program's last checkpoint says, for holding ledgers against it as they are read. */
export type SealedProgram = {
  /** What the checkpoint itself lacks. */
  findings: Finding[];
  /** Of one enrollment. */
  examineLedger(ref: EnrollmentRef, ledger: readonly AuditEntry[]): Finding[];
  /** Once all were examined: enrollments that the checkpoint holds and nobody came across; or that there is none. */
  missing(now: Instant): Finding[];
  /** Who read what, against its heads and the checkpoint, chain by chain. */
  examineAccess(): Promise<Finding[]>;
};

/** A checkpoint is taken every six hours, and once a day where nothing moves. */
const oldSeconds = 26 * 3600;

/**
 * Reads a program's newest checkpoint before anything else is read, so that whatever comes meanwhile is more than it
 * holds and no fault.
 */
export async function readSealed(ports: CheckpointExamPorts, program: string, now: Instant): Promise<SealedProgram> {
  const last = await newest(ports, program);
  if ('code' in last) return sealedBy(ports, program, undefined, [last]);
  const findings = last.stored ? await examineCheckpoint(ports, program, last.stored, now) : [];
  // Heads that the ledger's key did not sign prove nothing, either way.
  const isSound = !findings.some(({ code }) => code === 'checkpoint.foreign');
  return sealedBy(ports, program, isSound ? last.stored : undefined, findings);
}

async function newest(
  { checkpoints }: CheckpointExamPorts,
  program: string,
): Promise<{ stored: StoredCheckpoint | undefined } | Finding> {
  try {
    return { stored: await checkpoints.latest(program) };
  } catch (error) {
    if (!(error instanceof AdapterError) || error.code !== 'checkpoint.altered') throw error;
    const problem = 'the newest object among its checkpoints is none: somebody else has written there';
    return { code: 'checkpoint.foreign', subject: program, problem, remedy: changedRemedy };
  }
}

async function examineCheckpoint(
  { checkpoints, isLedgerSignature }: CheckpointExamPorts,
  program: string,
  { checkpoint, signature, heads }: StoredCheckpoint,
  now: Instant,
): Promise<Finding[]> {
  const subject = `${program} checkpoint ${checkpoint.number}`;
  const finding = (code: string, problem: string, remedy = changedRemedy): Finding[] => [
    { code, subject, problem, remedy },
  ];
  const signed = await isLedgerSignature(checkpointStatement(checkpoint), signature.value);
  const { root, size } = merkleTree(heads.map(headLeaf));
  if (!signed || checkpoint.program !== program || root !== checkpoint.root || size !== checkpoint.size)
    return finding('checkpoint.foreign', "the ledger's key did not sign it, or not these ledgers: it is not ours");
  const findings: Finding[] = [];
  if (checkpoint.number > 1) {
    const before = await checkpoints.readSigned(program, checkpoint.number - 1);
    if (!before) findings.push(...finding('checkpoint.missing', 'the one before it is not in the bucket'));
    else if (!follows(checkpoint, before.checkpoint))
      findings.push(...finding('checkpoint.missing', 'it does not follow from the one before it'));
  }
  if (addSeconds(checkpoint.at, oldSeconds) < now) {
    const problem = `it is of ${checkpoint.at}: what has come since is sealed by none`;
    findings.push(...finding('checkpoint.old', problem, `audit checkpoint ${program}`));
  }
  return findings;
}

const follows = ({ previous }: Checkpoint, before: Checkpoint) => previous === checkpointHash(before);

function sealedBy(
  { access }: CheckpointExamPorts,
  program: string,
  stored: StoredCheckpoint | undefined,
  findings: Finding[],
): SealedProgram {
  const heads = new Map((stored?.heads ?? []).map((head) => [head.chain, head]));
  const isSealed = stored !== undefined || findings.length > 0;
  let oldest: Instant | undefined;
  const unseen = new Set([...heads.keys()].filter((chain) => chain.startsWith(enrollmentChain(''))));
  const number = stored?.checkpoint.number ?? 0;
  return {
    findings,
    examineLedger(ref, ledger) {
      const chain = enrollmentChain(ref.enrollment);
      const head = heads.get(chain);
      unseen.delete(chain);
      for (const { at } of ledger) if (oldest === undefined || at < oldest) oldest = at;
      return head ? examineAgainst(ref, ledger, head, number) : [];
    },
    missing(now) {
      const problem = 'there is no checkpoint of it: nothing would show that its ledgers were cut off';
      if (!isSealed && oldest !== undefined && addSeconds(oldest, oldSeconds) < now)
        return [{ code: 'checkpoint.none', subject: program, problem, remedy: `audit checkpoint ${program}` }];
      return [...unseen].map((chain) => missingOf(program, heads.get(chain) as Head, number));
    },
    examineAccess: () => examineAccessChains(access, program, heads),
  };
}

function missingOf(program: string, { chain, seq }: Head, number: number): Finding {
  const ref = { program, enrollment: chain.slice(enrollmentChain('').length) };
  const problem = `checkpoint ${number} holds ${seq} entries of its ledger, and the table nothing of it`;
  return { code: 'ledger.missing', ref, problem, remedy: changedRemedy };
}

/** What the checkpoint has sealed must be the beginning of what is there. */
function examineAgainst(ref: EnrollmentRef, ledger: readonly AuditEntry[], head: Head, number: number): Finding[] {
  const at = ledger.find(({ seq }) => seq === head.seq);
  if (at?.hash === head.hash) return [];
  const newest = ledger.reduce((most, { seq }) => Math.max(most, seq), 0);
  const [code, problem] = at
    ? ['ledger.altered', `entry ${head.seq} is not the one that checkpoint ${number} has sealed`]
    : ['ledger.cut', `it ends at entry ${newest}, and checkpoint ${number} has sealed ${head.seq} of them`];
  return [{ code, ref, subject: String(head.seq), problem, remedy: changedRemedy }];
}

/** Chain by chain: the entries of one are together in the table. A chain without a head has lost it, or has just begun. */
async function examineAccessChains(
  access: CheckpointExamPorts['access'],
  program: string,
  sealed: ReadonlyMap<string, Head>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const before = await headsOf(access, program);
  const unseen = new Set([...before.keys(), ...[...sealed.keys()].filter((chain) => chain.startsWith('access/'))]);
  const headless: AccessChainEntries[] = [];
  const judge = ({ chain, entries }: AccessChainEntries, head: Head | undefined) => {
    const seq = findAccessChainFault(program, chain, entries, head, sealed.get(chain));
    if (seq === undefined) return;
    const problem = `the list of who read what was changed, or cut off, at entry ${seq}`;
    findings.push({ code: 'access.broken', subject: `${program} ${chain}`, problem, remedy: changedRemedy });
  };
  for await (const one of chainsOf(access, program)) {
    unseen.delete(one.chain);
    if (before.has(one.chain)) judge(one, before.get(one.chain));
    else headless.push(one);
  }
  const after = headless.length > 0 ? await headsOf(access, program) : before;
  for (const one of headless) judge(one, after.get(one.chain));
  for (const chain of [...unseen].sort()) judge({ chain, entries: [] }, before.get(chain));
  return findings;
}

type AccessChainEntries = { chain: string; entries: AccessEntry[] };

async function headsOf(access: CheckpointExamPorts['access'], program: string): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  for await (const head of access.heads(program, '0000-01-01')) heads.set(head.chain, head);
  return heads;
}

async function* chainsOf(access: CheckpointExamPorts['access'], program: string): AsyncGenerator<AccessChainEntries> {
  let current: AccessChainEntries | undefined;
  for await (const entry of access.list(program, '0000-01-01', '9999-12-31')) {
    const chain = accessChainName(entry.actor.id, entry.day);
    if (current && current.chain !== chain) {
      yield current;
      current = undefined;
    }
    current ??= { chain, entries: [] };
    current.entries.push(entry);
  }
  if (current) yield current;
}
