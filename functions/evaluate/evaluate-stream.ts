import type { EnrollmentRef } from '../domain/ids.ts';
import type { Change } from '../domain/messages.ts';
import { type EvaluatePorts, evaluateEnrollment } from './evaluate.ts';

/** A batch of the table's stream, by enrollment. A stray names no enrollment that could be evaluated. */
type StreamBatch = {
  groups: { ref: EnrollmentRef; changes: Change[] }[];
  /** `sk`: the stray's two keys in one. */
  strays: Omit<Change, 'image'>[];
};
/** What to retry: the sequence number of a change whose evaluation failed, and why. */
type StreamFailure = { sequence: string; error: unknown };

/** Where strays are set aside: under a program and an enrollment that nobody has. */
const nowhere: EnrollmentRef = { program: 'unknown', enrollment: 'unknown' };
/** Enrollments evaluated at a time: most of each is waiting for the table. */
const maxAtOnce = 8;

/**
 * Evaluates every enrollment of a batch, each by itself: one that fails holds none of the others up. Returns the
 * failures, the lowest sequence number first, which is where Lambda begins again; what had succeeded after it is
 * repeated and changes nothing.
 */
export async function evaluateStream(ports: EvaluatePorts, batch: StreamBatch): Promise<StreamFailure[]> {
  const tasks = [
    ...batch.groups.map(({ ref, changes }) => ({
      changes,
      run: () => evaluateEnrollment(ports, { ref, changes, whole: false }),
    })),
    ...lastOfEach(batch.strays).map((stray) => ({ changes: [stray], run: () => setStrayAside(ports, stray) })),
  ];
  const failures: StreamFailure[] = [];
  const work = async () => {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      const { changes, run } = task;
      await run().catch((error: unknown) => failures.push({ sequence: lowestOf(changes), error }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, tasks.length) }, work));
  return failures.sort((a, b) => bySequence(a.sequence, b.sequence));
}

/** Nobody reads a stray again: of several changes of one, the last decides alone. */
function lastOfEach(strays: StreamBatch['strays']): StreamBatch['strays'] {
  return [...new Map(strays.map((stray) => [stray.sk, stray])).values()];
}

async function setStrayAside({ store, journal }: EvaluatePorts, stray: StreamBatch['strays'][number]): Promise<void> {
  const { kind, ...where } = stray;
  if (kind === 'deleted') return store.clearAside(nowhere, stray.sk);
  const reason = 'key: the partition names no program and enrollment';
  await store.putAside({ ...nowhere, ...where, code: 'item.key', reason });
  journal('evaluate.set-aside', { ...nowhere, code: 'item.key' });
}

function lowestOf(changes: readonly { sequence: string }[]): string {
  return changes.map((change) => change.sequence).sort(bySequence)[0] as string;
}

/** Sequence numbers are decimal numbers of up to 40 digits. */
function bySequence(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
