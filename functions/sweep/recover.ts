import type { EnrollmentRef } from '../domain/ids.ts';
import type { Change } from '../domain/messages.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { SweepPorts } from './sweep-ports.ts';

/** Changes of one message: with their images well under what a queue takes. */
const changesPerMessage = 8;

export type ChangeGroup = { ref: EnrollmentRef; changes: Change[] };

/** Hands the batches that evaluate could not take back to it, a few changes at a time. */
export async function recoverFailedBatches(
  ports: SweepPorts,
  group: (records: unknown[]) => ChangeGroup[],
): Promise<number> {
  let recovered = 0;
  for (const key of await ports.failedBatches.list()) {
    const records = await ports.failedBatches.read(key).catch(unreadable);
    if (!records) {
      ports.journal('sweep.unreadable', { batch: key });
      continue;
    }
    for (const { ref, changes } of group(records)) await requestEvaluation(ports, ref, changes, 'failed-batch');
    await ports.failedBatches.remove(key);
    recovered++;
    ports.journal('sweep.recovered', { batch: key });
  }
  return recovered;
}

/** What holds no records stays for a person, and must not hold up the batches behind it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof AdapterError) || error.retryable) throw error;
}

/** Evidence that came before its enrollment is handed back once the enrollment exists. */
export async function replayAside(ports: SweepPorts): Promise<number> {
  let replayed = 0;
  for (const { program } of await ports.store.listPrograms()) {
    let cursor: string | undefined;
    do {
      const page = await ports.store.listAside(program.id, cursor);
      for (const aside of page.items.filter((a) => a.code === 'enrollment.unknown')) {
        const ref = { program: aside.program, enrollment: aside.enrollment };
        if (!(await ports.store.readEnrollment(ref))) continue;
        const { sk, at, sequence, imageHash } = aside;
        const change: Change = { sk, kind: 'put', sequence, at, ...(imageHash !== undefined && { imageHash }) };
        await requestEvaluation(ports, ref, [change], 'set-aside');
        ports.journal('sweep.replayed', { ...ref, code: aside.code });
        replayed++;
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return replayed;
}

async function requestEvaluation(
  ports: SweepPorts,
  ref: EnrollmentRef,
  changes: readonly Change[],
  reason: string,
): Promise<void> {
  for (let start = 0; start < changes.length; start += changesPerMessage) {
    const some = changes.slice(start, start + changesPerMessage);
    await ports.queue.send({ type: 'evaluation-requested', version: 1, ...ref, changes: some, whole: false, reason });
  }
}
