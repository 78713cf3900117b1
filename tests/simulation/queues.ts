import { type FaultSource, isInjected } from './faults.ts';
import type { Rng } from './rng.ts';
import type { Scheduler, Task, TaskEnd } from './scheduler.ts';
import { type Received, SimulatedQueue } from './simulated-queue.ts';

export type QueueOptions<T> = {
  name: string;
  step: string;
  scheduler: Scheduler;
  rng: Rng;
  faults: FaultSource;
  timeoutSeconds: number;
  consume: (task: Task, body: T) => Promise<unknown>;
  /** Names a message in the trace; absent where nobody reads one. */
  describe: ((body: T) => string) | undefined;
  maxReceives: number;
  /** Called when a consumer has finished a message. */
  onDone?: (body: T) => void;
};

/**
 * A queue with its event source mapping: at least once and in no order. What a consumer does not finish comes again
 * after the visibility timeout (six times the function's) or before, and after `maxReceives` lies in the dead letters.
 */
export function createQueue<T>(options: QueueOptions<T>) {
  const { name, step, scheduler, rng, faults, timeoutSeconds, consume, describe, maxReceives } = options;
  const visibilityMs = timeoutSeconds * 6000;
  const queue = new SimulatedQueue<T>({ visibilityMs, maxReceives }, () => scheduler.now);
  const failures = new Map<number, string[]>();

  /** Lambda's pollers come by once a message may be received. */
  const pollAt = (id: number, at: number) =>
    scheduler.at(at, () => {
      const received = queue.receive(id);
      if (received) invoke(received);
    });
  const invoke = (received: Received<T>) => {
    // At least once: now and then a second consumer gets it while the first is still at work.
    if (faults.chance(`${name} queue: second copy`, 0.04)) {
      const { body } = received;
      scheduler.at(scheduler.now + rng.int(20_000), () => run(body, () => undefined));
    }
    run(received.body, (end) => settle(received, end));
  };
  const run = (body: T, onEnd: (end: TaskEnd) => void) =>
    scheduler.start(
      step,
      describe ? `${step} ${describe(body)}` : step,
      timeoutSeconds,
      (task) => consume(task, body),
      (end) => {
        if (end.end === 'done') options.onDone?.(body);
        onEnd(end);
      },
    );
  const settle = ({ id, receipt }: Received<T>, end: TaskEnd) => {
    if (end.end === 'done') {
      if (faults.chance(`${name} queue: not deleted`, 0.04)) pollAt(id, scheduler.now + visibilityMs);
      else queue.delete(receipt);
      return;
    }
    failures.set(id, [...(failures.get(id) ?? []), describeEnd(end)]);
    const afterMs = end.end === 'crashed' ? visibilityMs : rng.between(1_000, visibilityMs);
    if (end.end !== 'crashed') queue.release(receipt, afterMs);
    pollAt(id, scheduler.now + afterMs);
  };
  return {
    dead: () => queue.dead.map(({ id, body }) => ({ id, body, failures: failures.get(id) ?? [] })),
    send(body: T, delayMs = 0) {
      const hiddenMs = delayMs + rng.int(300);
      pollAt(queue.send(body, hiddenMs), scheduler.now + hiddenMs);
    },
    /** An operator hands back what lies dead. */
    redrive() {
      for (const { body } of queue.dead.splice(0)) this.send(body);
    },
    /** A person sends one dead letter back, or puts it out of the way. */
    resend(id: number) {
      const at = queue.dead.findIndex((letter) => letter.id === id);
      for (const { body } of at === -1 ? [] : queue.dead.splice(at, 1)) this.send(body);
    },
    drop(id: number) {
      const at = queue.dead.findIndex((letter) => letter.id === id);
      if (at !== -1) queue.dead.splice(at, 1);
    },
    isQuiet: () => queue.size === 0,
  };
}

function describeEnd(end: Exclude<TaskEnd, { end: 'done' }>): string {
  if (end.end === 'crashed') return 'crashed';
  return isInjected(end.error) ? 'injected' : String((end.error as Error)?.message ?? end.error);
}
