import { type FaultSource, isInjected } from './faults.ts';
import type { Rng } from './rng.ts';
import type { Scheduler, Task, TaskEnd } from './scheduler.ts';

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

type Queued<T> = { body: T; receives: number; failures: string[]; isOver: boolean };

/**
 * A queue with its event source mapping: at least once and in no order. What a consumer does not finish comes again
 * after the visibility timeout (six times the function's), and after `maxReceives` lies in the dead-letter queue.
 */
export function createQueue<T>(options: QueueOptions<T>) {
  const { name, step, scheduler, rng, faults, timeoutSeconds, consume, describe, maxReceives } = options;
  const visibilityMs = timeoutSeconds * 6000;
  const dead: Queued<T>[] = [];
  let open = 0;

  const offer = (message: Queued<T>, at: number) => scheduler.at(at, () => receive(message));
  const receive = (message: Queued<T>) => {
    if (message.isOver) return;
    if (message.receives >= maxReceives) {
      message.isOver = true;
      open--;
      dead.push(message);
      return;
    }
    message.receives++;
    // At least once: now and then a second consumer gets it while the first is still at work.
    if (faults.chance(`${name} queue: second copy`, 0.04)) offer(message, scheduler.now + rng.int(20_000));
    scheduler.start(
      step,
      describe ? `${step} ${describe(message.body)}` : step,
      timeoutSeconds,
      (task) => consume(task, message.body),
      (end) => settle(message, end),
    );
  };
  const settle = (message: Queued<T>, end: TaskEnd) => {
    if (message.isOver) return;
    if (end.end === 'done') {
      options.onDone?.(message.body);
      if (faults.chance(`${name} queue: not deleted`, 0.04)) return offer(message, scheduler.now + visibilityMs);
      message.isOver = true;
      open--;
      return undefined;
    }
    message.failures.push(
      end.end === 'crashed'
        ? 'crashed'
        : isInjected(end.error)
          ? 'injected'
          : String((end.error as Error)?.message ?? end.error),
    );
    return offer(message, scheduler.now + (end.end === 'crashed' ? visibilityMs : rng.between(1_000, visibilityMs)));
  };
  return {
    dead,
    send(body: T, delayMs = 0) {
      open++;
      offer({ body, receives: 0, failures: [], isOver: false }, scheduler.now + delayMs + rng.int(300));
    },
    /** An operator hands back what lies dead. */
    redrive() {
      for (const { body } of dead.splice(0)) this.send(body);
    },
    isQuiet: () => open === 0,
  };
}
