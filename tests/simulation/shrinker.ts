import type { FaultLimits } from './faults.ts';
import type { History } from './history.ts';
import type { Mutation } from './mutations.ts';
import { runWorld } from './run-world.ts';

export type Shrunk = { history: History; limits: FaultLimits; message: string; runs: number };

const maxRuns = 600;

/**
 * The smallest world found that still breaks the same promise: fewer faults from the end, then fewer acts, then single
 * faults left out. What is left out shifts chance's later choices, so that each try is run and judged afresh.
 */
export async function shrink(history: History, judge: string, mutate?: () => Mutation): Promise<Shrunk> {
  let best: Shrunk = { history, limits: {}, message: '', runs: 0 };
  let runs = 0;
  const attempt = async (next: Pick<Shrunk, 'history' | 'limits'>): Promise<boolean> => {
    if (runs >= maxRuns) return false;
    runs++;
    const { failure, faults } = await runWorld(next.history, {
      limits: next.limits,
      ...(mutate && { mutation: mutate() }),
    });
    if (failure?.judge !== judge) return false;
    best = {
      ...next,
      limits: { ...next.limits, most: Math.min(next.limits.most ?? faults, faults) },
      message: failure.message,
      runs,
    };
    return true;
  };
  if (!(await attempt(best))) return best;
  for (let before = -1; before !== size(best); ) {
    before = size(best);
    for (let most = best.limits.most ?? 0, step = most; step > 0; step = step >> 1) {
      while (
        (best.limits.most ?? 0) - step >= 0 &&
        (await attempt({ ...best, limits: { ...best.limits, most: (best.limits.most ?? 0) - step } }))
      );
      most = best.limits.most ?? 0;
    }
    for (let length = best.history.acts.length >> 1; length > 0; length = length >> 1) {
      for (let from = 0; from < best.history.acts.length; ) {
        const acts = best.history.acts.filter((_, i) => i < from || i >= from + length);
        if (!(await attempt({ ...best, history: { ...best.history, acts } }))) from += length;
      }
    }
    for (let ordinal = best.limits.most ?? 0; ordinal > 0; ordinal--) {
      if (best.limits.skip?.has(ordinal)) continue;
      await attempt({ ...best, limits: { ...best.limits, skip: new Set([...(best.limits.skip ?? []), ordinal]) } });
    }
  }
  return { ...best, runs };
}

function size({ history, limits }: Shrunk): number {
  return history.acts.length * 1000 + (limits.most ?? 0) - (limits.skip?.size ?? 0);
}

/** The story of one world: what people did, what went wrong, what was written; reads that went well are left out. */
export async function tell(shrunk: Pick<Shrunk, 'history' | 'limits'>, mutate?: () => Mutation): Promise<string[]> {
  const lines: string[] = [];
  await runWorld(shrunk.history, {
    limits: shrunk.limits,
    trace: (line) => lines.push(line),
    ...(mutate && { mutation: mutate() }),
  });
  const isDull = (line: string) =>
    /(\.(read|list|get|render|sign|seal|isSealOf)\w*|\.clearAside)$/.test(line) || / done$/.test(line);
  const shown = lines.filter((line) => !isDull(line));
  const end = shown.findIndex((line) => line.includes('!!!!'));
  return end === -1 ? shown : shown.slice(0, end + 1);
}
