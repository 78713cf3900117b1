import { rmSync } from 'node:fs';
import { constants } from 'node:os';

type Run = {
  name: string;
  folder: string;
  keep?: boolean;
  /** SIGKILL to whatever writes there. */
  kill(): void;
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What our processes started ends by itself once they are gone, and may write until then. */
const settleMs = 500;

/**
 * Where somebody breaks a run off (Ctrl-C), its folder goes with it, or is named where it is to be kept. All in one turn:
 * nothing of the run goes on meanwhile to complain of what was taken from it.
 *
 * @returns to be called when the run is over: then the signals are none of its own any more.
 */
export function onInterruption({ name, folder, keep = false, kill }: Run): () => void {
  const stop = (signal: (typeof signals)[number]) => {
    kill();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settleMs);
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    const what = keep ? `what it wrote lies in ${folder}` : 'what it wrote is removed';
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${name}: broken off; ${what}\n`);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
