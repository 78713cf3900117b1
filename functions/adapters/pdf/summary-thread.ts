import { Worker } from 'node:worker_threads';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { SummaryEngine } from '../../ports/summary-engine.ts';
import type { SummaryAnswered, SummaryAsked } from './summary-worker.ts';

type Waiting = { done(bytes: Uint8Array): void; failed(error: Error): void };

/** Left to itself its heap grows with the bundle, since collecting can always wait; a record takes a few megabytes. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 96 };

/**
 * The summary engine in a thread of its own, with the fonts below `root`, so that records are read while summaries are
 * set. The thread starts with the first one and keeps no process alive that asks for nothing more.
 *
 * `render` rejects with `summary.failed`, never retryable.
 */
export function summaryThread(root: string): SummaryEngine {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let last = 0;

  const settle = (id: number, how: (one: Waiting) => void) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) thread?.unref();
    if (one) how(one);
  };
  const start = () => {
    const started = new Worker(new URL('./summary-worker.ts', import.meta.url), { workerData: root, resourceLimits });
    started.on('message', (answer: SummaryAnswered) =>
      settle(answer.id, (one) => ('bytes' in answer ? one.done(answer.bytes) : one.failed(failure(answer.failed)))),
    );
    const stop = (why: unknown) => {
      thread = undefined;
      for (const id of [...waiting.keys()]) settle(id, (one) => one.failed(failure(why)));
    };
    started.on('error', stop);
    started.on('exit', () => stop('its thread has ended'));
    return started;
  };
  return {
    render: (content) =>
      new Promise((done, failed) => {
        const id = ++last;
        waiting.set(id, { done, failed });
        thread ??= start();
        thread.ref();
        thread.postMessage({ id, content } satisfies SummaryAsked);
      }),
  };
}

function failure(cause: unknown): AdapterError {
  return new AdapterError('summary.failed', `a summary could not be set: ${cause}`, { retryable: false, cause });
}
