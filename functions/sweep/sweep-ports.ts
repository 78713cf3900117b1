import type { Clock } from '../ports/clock.ts';
import type { FailedBatches } from '../ports/failed-batches.ts';
import type { Journal } from '../ports/journal.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';

export type SweepPorts = {
  store: Pick<
    RecordStore,
    | 'listDue'
    | 'readEnrollment'
    | 'readDelivery'
    | 'readProgram'
    | 'readFramework'
    | 'listPrograms'
    | 'listEnrollments'
    | 'listLapsing'
    | 'listAside'
    | 'clearAside'
    | 'commit'
  >;
  failedBatches: FailedBatches;
  queue: MessageQueue;
  clock: Clock;
  journal: Journal;
};
