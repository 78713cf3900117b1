import type { BatchAnswer } from './batch-answer.ts';

/** A stream record as a function gets it. */
export interface StreamRecord {
  eventID: string;
  eventName: string;
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number; [part: string]: unknown };
  [part: string]: unknown;
}

export interface BatchPolicy {
  /** Undefined: for ever. */
  maxRetries?: number | undefined;
  maxAgeSeconds?: number | undefined;
  bisects: boolean;
}

export type GivenUpBecause = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface BatchWorld {
  invoke(records: StreamRecord[]): Promise<BatchAnswer>;
  /** Hands records on that are not tried again. Resolves when they are safe. */
  giveUp(records: StreamRecord[], because: GivenUpBecause, invocations: number): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Between two tries; rejects when the mapping is stopped. */
  pause(ms: number): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;

interface Piece {
  records: StreamRecord[];
  /** Failures that counted as tries. */
  retries: number;
  invocations: number;
}

/**
 * Takes one batch of a shard to its end: every record done, or given up. In order, as Lambda does it: of a batch that
 * failed in part the rest begins at the lowest sequence number reported; with `bisects` a batch is cut there, or in two, which
 * costs no try, until a record stands alone; then the tries count.
 * Rule: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export async function runBatch(records: StreamRecord[], policy: BatchPolicy, world: BatchWorld): Promise<void> {
  const pieces: Piece[] = [{ records, retries: 0, invocations: 0 }];
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    const young = await dropOld(piece, policy, world);
    if (young.length === 0) continue;
    const answer = await world.invoke(young);
    if (answer.outcome === 'done') continue;
    const invocations = piece.invocations + 1;
    const start = answer.outcome === 'failed' ? 0 : firstFailed(young, answer.failed);
    const rest = young.slice(start);
    if (policy.bisects && (start > 0 || rest.length > 1)) {
      pieces.unshift(...cut(rest, start > 0).map((some) => ({ records: some, retries: piece.retries, invocations })));
      continue;
    }
    if (policy.maxRetries !== undefined && piece.retries >= policy.maxRetries) {
      await world.giveUp(rest, 'RetryAttemptsExhausted', invocations);
      continue;
    }
    await world.pause(Math.min(longestPauseMs, firstPauseMs * 2 ** piece.retries));
    pieces.unshift({ records: rest, retries: piece.retries + 1, invocations });
  }
}

async function dropOld(piece: Piece, { maxAgeSeconds }: BatchPolicy, world: BatchWorld): Promise<StreamRecord[]> {
  if (maxAgeSeconds === undefined) return piece.records;
  const oldest = world.now() / 1000 - maxAgeSeconds;
  const isOld = (record: StreamRecord) => record.dynamodb.ApproximateCreationDateTime < oldest;
  const old = piece.records.filter(isOld);
  if (old.length > 0) await world.giveUp(old, 'RecordAgeExceeded', piece.invocations);
  return piece.records.filter((record) => !isOld(record));
}

function firstFailed(records: StreamRecord[], failed: Set<string>): number {
  return records.findIndex((record) => failed.has(record.dynamodb.SequenceNumber));
}

/** At the reported number: the rest is one piece. Else in two. */
function cut(rest: StreamRecord[], isCutAlready: boolean): StreamRecord[][] {
  if (isCutAlready) return [rest];
  const middle = Math.ceil(rest.length / 2);
  return [rest.slice(0, middle), rest.slice(middle)];
}
