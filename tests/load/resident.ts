import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Peaks of resident memory, in megabytes, by what a process is: a step, a service, the runtime. */
export type Peaks = Map<string, number>;

/** Watches processes that come and go: each one's own high-water mark, the highest of those that are the same thing. */
export function watchResident(pids: () => number[], everyMs = 1_000): { peaks: Peaks; stop(): void } {
  const peaks: Peaks = new Map();
  const look = () => {
    for (const pid of [process.pid, ...pids()]) {
      const megabytes = highWaterMark(pid);
      const name = nameOf(pid);
      if (name && megabytes > (peaks.get(name) ?? 0)) peaks.set(name, megabytes);
    }
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    peaks,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

/** Whether this system tells: elsewhere than on Linux nothing is measured, and nothing is judged. */
export const canMeasureMemory = (): boolean => readable('/proc/self/status');

function highWaterMark(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

function nameOf(pid: number): string | undefined {
  if (pid === process.pid) return 'runtime, with this program';
  const words = read(`/proc/${pid}/cmdline`).split('\0');
  const script = words.findIndex((word) => word.endsWith('/serve.ts'));
  if (script > 0) return `service ${words[script + 1]}`;
  if (words.some((word) => word.includes('dynoxide'))) return 'emulator of the table';
  if (!words.some((word) => word.endsWith('bootstrap.mjs'))) return undefined;
  // A function runs in the folder of its bundle.
  const folder = basename(link(`/proc/${pid}/cwd`));
  return `function ${folder}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}

function readable(path: string): boolean {
  try {
    return readdirSync('/proc').length > 0 && readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
