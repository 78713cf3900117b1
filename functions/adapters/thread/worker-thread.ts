import { Worker } from 'node:worker_threads';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { Answered, Thread } from '../../ports/thread.ts';
import type { Answer, Ask } from './answer-asks.ts';

type Waiting = { done(answered: Answered): void; failed(error: Error): void };

const maxYoungGenerationSizeMb = 96;

/**
 * The thread that runs `module`, which answers by `answerAsks`. It starts with the first ask, keeps no process alive that
 * asks for nothing more, and is not started again once it has ended.
 *
 * @param heapMb what lives long in it has so much room, and ends it above that. Left to itself its heap would grow with
 * what passes through, since collecting can always wait.
 */
export function workerThread(module: URL, workerData: string, heapMb: number): Thread {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb };
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let ended: AdapterError | undefined;
  let last = 0;

  const settle = (id: number, how: (one: Waiting) => void) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
    if (one) how(one);
  };
  const start = () => {
    const started = new Worker(module, { workerData, resourceLimits });
    started.on('message', (answer: Answer) =>
      settle(answer.id, (one) => {
        if ('failed' in answer) return one.failed(failure(answer.failed));
        const { text, memory: spare, length } = answer;
        const free = () => started.postMessage({ spare } satisfies Ask, [spare]);
        one.done({ text, bytes: new Uint8Array(spare, 0, length), free });
      }),
    );
    const stop = (why: unknown) => {
      ended ??= failure(why);
      for (const id of [...waiting.keys()]) settle(id, (one) => one.failed(ended as AdapterError));
    };
    started.on('error', stop);
    started.on('exit', () => stop('it has ended'));
    return started;
  };
  return {
    ask: (text) =>
      new Promise((done, failed) => {
        if (ended) return failed(ended);
        const id = ++last;
        waiting.set(id, { done, failed });
        worker ??= start();
        worker.ref();
        worker.postMessage({ id, text } satisfies Ask);
      }),
    end: () => void worker?.terminate(),
  };
}

function failure(cause: unknown): AdapterError {
  return new AdapterError('thread.failed', `a thread beside this one failed: ${cause}`, { retryable: false, cause });
}
