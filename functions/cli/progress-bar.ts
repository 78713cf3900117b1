import { SingleBar } from 'cli-progress';
import type { World } from './world.ts';

export type Progress = { at(done: number, of: number): void; stop(): void };

/** A bar on standard error, where somebody watches; nothing otherwise. */
export function progressBar({ out }: World, what: string): Progress {
  if (out.columns === undefined) return { at: () => undefined, stop: () => undefined };
  const format = `{bar} {value}/{total} ${what}, {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
  let total: number | undefined;
  return {
    at(done, of) {
      if (total === undefined) bar.start(of, done);
      else bar.update(done);
      total = of;
    },
    stop: () => bar.stop(),
  };
}
