import { readFileSync, readlinkSync } from 'node:fs';
import type { Stack } from '../../infra/local/stack.ts';

/** Peaks of resident memory, in megabytes, by what a process is: a step, a service, the runtime. Empty but on Linux. */
export type Peaks = Map<string, number>;

const lookMs = 1_000;

/** Watches processes that come and go: each one's own high-water mark, the highest of those that are the same thing. */
export function watchResident({ pids, plan }: Pick<Stack, 'pids' | 'plan'>): { peaks: Peaks; stop(): void } {
  const steps = new Map(plan.functions.map(({ codeFolder, name }) => [codeFolder, name]));
  const peaks: Peaks = new Map();
  const look = () => {
    for (const pid of [process.pid, ...pids()]) {
      const megabytes = highWaterMark(pid);
      const name = nameOf(pid, steps);
      if (name && megabytes > (peaks.get(name) ?? 0)) peaks.set(name, megabytes);
    }
  };
  const timer = setInterval(look, lookMs).unref();
  return {
    peaks,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

function highWaterMark(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

function nameOf(pid: number, steps: ReadonlyMap<string, string>): string | undefined {
  if (pid === process.pid) return 'runtime, with this program';
  const words = read(`/proc/${pid}/cmdline`).split('\0');
  const script = words.findIndex((word) => word.endsWith('/serve.ts'));
  if (script > 0) return `service ${words[script + 1]}`;
  if (words.some((word) => word.includes('dynoxide'))) return 'emulator of the table';
  if (!words.some((word) => word.endsWith('bootstrap.mjs'))) return undefined;
  // A function runs in the folder of its bundle.
  return `function ${steps.get(link(`/proc/${pid}/cwd`)) ?? 'unknown'}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
