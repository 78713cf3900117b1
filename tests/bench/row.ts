/** One measured figure. `met` is null where there is no target: a figure to compare with. */
export type Row = { name: string; value: number; unit: string; target: string | null; met: boolean | null };

export function row(name: string, value: number, unit: string, target?: { atMost: number } | { atLeast: number }): Row {
  const rounded = Number(value.toPrecision(4));
  if (!target) return { name, value: rounded, unit, target: null, met: null };
  if ('atMost' in target)
    return { name, value: rounded, unit, target: `≤ ${target.atMost}`, met: value <= target.atMost };
  return { name, value: rounded, unit, target: `≥ ${target.atLeast}`, met: value >= target.atLeast };
}

/** The middle of some measurements: machines are noisy, and a median is not moved by one stall. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
}

export type Size = { entries?: number; enrollments?: number };

/** A benchmark group: tells how far it is as it goes. `entries`, `enrollments`: how much, of a group whose size can be chosen. */
export type Group = (tell: (text: string) => void, size: Size) => Promise<Row[]>;
