import { checkpointStatement, enrollmentChain, type Head, movedHeads, nextCheckpoint } from '../domain/checkpoint.ts';
import type { EnrollmentStatus } from '../domain/enrollment.ts';
import { checkpointMonths } from '../domain/retention.ts';
import { addSeconds, type Instant } from '../domain/time.ts';
import type { AccessLog } from '../ports/access-log.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Signer } from '../ports/signer.ts';

export type CheckpointPorts = {
  store: Pick<RecordStore, 'listPrograms' | 'readProgram' | 'listChangedEnrollments' | 'readEnrollment'>;
  access: Pick<AccessLog, 'heads'>;
  checkpoints: CheckpointStore;
  signer: Signer;
  clock: Clock;
  journal: Journal;
};

export type CheckpointOutcome = 'taken' | 'unchanged' | 'raced';

/** How far before the last checkpoint changes are looked for again: indexes lag, and clocks differ. */
const overlapSeconds = 24 * 3600;
/** A program in which nothing moves still gets a checkpoint each day: it proves that nothing was cut off. */
const restSeconds = 24 * 3600;
const statuses: readonly EnrollmentStatus[] = ['open', 'complete', 'withdrawn'];

/** Takes the next checkpoint of every program. One program that fails does not keep the others from theirs. */
export async function takeCheckpoints(ports: CheckpointPorts): Promise<Record<CheckpointOutcome, number>> {
  const totals = { taken: 0, unchanged: 0, raced: 0 };
  const failures: unknown[] = [];
  for (const { program } of await ports.store.listPrograms()) {
    try {
      totals[await takeCheckpoint(ports, program.id)]++;
    } catch (error) {
      failures.push(error);
      const code = error instanceof AdapterError ? error.code : 'fault';
      ports.journal('checkpoint.failed', { program: program.id, code });
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} programs got no checkpoint`);
  return totals;
}

/**
 * Folds the head of every chain of one program into a Merkle tree, signs its root and stores it, locked. Reads only
 * what changed since the last one. Two runs at once take one checkpoint: its number is stored once.
 */
export async function takeCheckpoint(ports: CheckpointPorts, program: string): Promise<CheckpointOutcome> {
  const last = await ports.checkpoints.latest(program);
  const now = ports.clock.now();
  const since = last && addSeconds(last.checkpoint.at, -overlapSeconds);
  const moved = [...(await changedHeads(ports, program, since ?? '')), ...(await accessHeads(ports, program, since))];
  const heads = movedHeads(last?.heads ?? [], moved);
  const { checkpoint } = nextCheckpoint(program, heads, now, last?.checkpoint);
  if (last && isAtRest(last, checkpoint.root, now)) {
    ports.journal('checkpoint.unchanged', { program });
    return 'unchanged';
  }
  const { keyId, signature } = await ports.signer.sign(checkpointStatement(checkpoint));
  const months = checkpointMonths((await ports.store.readProgram(program))?.program.policy ?? {});
  const stored = await ports.checkpoints.put({ checkpoint, signature: { keyId, value: signature }, heads }, months);
  const outcome = stored === 'stored' ? 'taken' : 'raced';
  ports.journal(`checkpoint.${outcome}`, { program, number: checkpoint.number, chains: checkpoint.size });
  return outcome;
}

function isAtRest(last: StoredCheckpoint, root: string, now: Instant): boolean {
  return last.checkpoint.root === root && now < addSeconds(last.checkpoint.at, restSeconds);
}

async function changedHeads(ports: CheckpointPorts, program: string, since: Instant): Promise<Head[]> {
  const heads: Head[] = [];
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await ports.store.listChangedEnrollments(program, status, since, cursor);
      const read = await Promise.all(page.items.map((item) => ports.store.readEnrollment(item)));
      for (const enrollment of read) {
        if (!enrollment || enrollment.chain.seq === 0) continue;
        const { seq, hash } = enrollment.chain;
        heads.push({ chain: enrollmentChain(enrollment.enrollment), seq, hash });
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return heads;
}

async function accessHeads(ports: CheckpointPorts, program: string, since: Instant | undefined): Promise<Head[]> {
  const heads: Head[] = [];
  for await (const head of ports.access.heads(program, since?.slice(0, 10) ?? '0000-01-01')) heads.push(head);
  return heads;
}
