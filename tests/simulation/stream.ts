import { canonicalJson } from '../../functions/domain/hash.ts';
import type { Change } from '../../functions/domain/messages.ts';
import type { FaultSource } from './faults.ts';
import type { Rng } from './rng.ts';
import type { Scheduler, Task, TaskEnd } from './scheduler.ts';
import type { EvidenceWrite } from './table.ts';

/** One record of the table's stream. */
export type StreamRecord = { pk: string; change: Change };

export type StreamOptions = {
  scheduler: Scheduler;
  rng: Rng;
  faults: FaultSource;
  /** Batches one after the other in the stream's order, or several at once, of different items, in any order. */
  isOrdered: boolean;
  /** A write that changes nothing emits a record on one emulator and none on AWS. */
  emitsUnchanged: boolean;
  /** Evaluates a batch; answers with the sequence numbers that failed, the lowest first. */
  evaluate: (task: Task, batch: readonly StreamRecord[]) => Promise<readonly { sequence: string }[]>;
  trace: ((line: string) => void) | undefined;
};

const maxBatch = 10;
const maxTries = 4;
const retryDelayMs = 1_000;
/** Seconds that a function has for a batch. */
const evaluateTimeoutSeconds = 60;

/**
 * The stream with its event source mapping: the order of one item's records holds and no other; a failed batch comes
 * again, whole or halved, and after its last try goes to the on-failure destination; a lost checkpoint repeats one.
 */
export function createStream({ scheduler, rng, faults, isOrdered, emitsUnchanged, evaluate, trace }: StreamOptions) {
  const pending: StreamRecord[] = [];
  const inFlight = new Set<string>();
  const failed = new Map<string, StreamRecord[]>();
  const all: StreamRecord[] = [];
  let sequence = 0;
  let batches = 0;
  let polls = 0;
  let failures = 0;

  const keyOf = (record: StreamRecord) => `${record.pk} ${record.change.sk}`;
  const poll = () => {
    if (polls > 1 || pending.length === 0 || (isOrdered && (polls > 0 || inFlight.size > 0))) return;
    polls++;
    scheduler.at(scheduler.now + rng.int(800), () => {
      polls--;
      const batch = take();
      if (batch.length > 0) invoke(batch, 1);
      if (pending.some((record) => !inFlight.has(keyOf(record)))) poll();
    });
  };
  const take = (): StreamRecord[] => {
    const batch: StreamRecord[] = [];
    const passed = new Set<string>();
    const most = rng.between(1, maxBatch);
    for (let i = 0; i < pending.length && batch.length < most; ) {
      const record = pending[i] as StreamRecord;
      const key = keyOf(record);
      // Records of other items may overtake; those of the same item never.
      if (inFlight.has(key) || passed.has(key) || (!isOrdered && rng.chance(0.25))) {
        passed.add(key);
        i++;
        continue;
      }
      batch.push(record);
      pending.splice(i, 1);
    }
    return batch;
  };
  const invoke = (batch: StreamRecord[], tries: number) => {
    for (const record of batch) inFlight.add(keyOf(record));
    const number = ++batches;
    const label = trace
      ? `evaluate stream batch ${number} [${batch.map((r) => `${r.change.kind} ${r.change.sk}`).join(', ')}] try ${tries}`
      : 'evaluate';
    let failedFrom: string | undefined;
    const body = async (task: Task) => {
      failedFrom = (await evaluate(task, batch))[0]?.sequence;
    };
    scheduler.start('evaluate', label, evaluateTimeoutSeconds, body, (end) => settle(batch, tries, end, failedFrom));
  };
  const settle = (batch: StreamRecord[], tries: number, end: TaskEnd, failedFrom: string | undefined) => {
    if (end.end === 'done' && failedFrom === undefined) {
      release(batch);
      if (faults.chance('stream replay', 0.05)) pending.unshift(...batch);
      return poll();
    }
    // A step that answered says where Lambda begins again; one that died cannot.
    const rest = batch.filter((record) => failedFrom === undefined || record.change.sequence >= failedFrom);
    release(batch.filter((record) => !rest.includes(record)));
    if (tries >= maxTries) {
      failed.set(`batch-${++failures}`, rest);
      trace?.(`stream: a batch of ${rest.length} goes to the on-failure destination`);
      release(rest);
      return poll();
    }
    const halves =
      rest.length > 1 && rng.chance(0.5) ? [rest.slice(0, rest.length >> 1), rest.slice(rest.length >> 1)] : [rest];
    // One item's records must stay in order: they go in one half.
    const isSplit = halves.length === 2 && !halves[0]?.some((a) => halves[1]?.some((b) => keyOf(a) === keyOf(b)));
    for (const half of isSplit ? halves : [rest])
      scheduler.at(scheduler.now + retryDelayMs * tries, () => invoke(half, tries + 1));
    return undefined;
  };
  const release = (batch: readonly StreamRecord[]) => {
    for (const record of batch) inFlight.delete(keyOf(record));
  };

  return {
    /** Every record ever, for the judges. */
    all,
    failed,
    written({ pk, sk, before, after }: EvidenceWrite): Change {
      const isSame = before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after);
      const kind = after === undefined ? 'deleted' : before === undefined ? 'put' : isSame ? 'touched' : 'edited';
      const at = new Date(Math.floor(scheduler.now / 1000) * 1000).toISOString();
      const change: Change = {
        sk,
        kind,
        sequence: String(++sequence).padStart(12, '0'),
        at,
        ...(after && { image: after }),
      };
      if (isSame && !emitsUnchanged) return change;
      const record = { pk, change };
      all.push(record);
      pending.push(record);
      poll();
      return change;
    },
    isQuiet: () => pending.length === 0 && inFlight.size === 0,
  };
}

export type SimulatedStream = ReturnType<typeof createStream>;
