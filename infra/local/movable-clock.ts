import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A stack's own time: this machine's, set forward by whoever tests what time alone brings about. */
export interface MovableClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** The stack's time at an instant of this machine's: what was written before a shift stays before it. */
  at(realMs: number): number;
  /** Sets it forward, for every process that reads the same file, within `freshMs`. */
  forward(seconds: number): void;
}

/** From this instant of the machine's on, the stack is ahead of it by so much. */
type Shift = { from: number; ahead: number };

/** How long a process may go on with what it read last. */
const freshMs = 20;
const realNow = Date.now;

/** The clock that a file holds; without the file it is the machine's. */
export function movableClock(file: string): MovableClock {
  let shifts: Shift[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  const look = () => {
    const now = performance.now();
    if (now - readAt < freshMs) return;
    readAt = now;
    try {
      shifts = JSON.parse(readFileSync(file, 'utf8')) as Shift[];
    } catch {
      // Never moved.
    }
  };
  const at = (realMs: number) => {
    look();
    return realMs + (shifts.findLast(({ from }) => from <= realMs)?.ahead ?? 0);
  };
  return {
    at,
    now: () => at(realNow()),
    forward(seconds) {
      readAt = Number.NEGATIVE_INFINITY;
      look();
      const from = realNow();
      const next = [...shifts, { from, ahead: (shifts.at(-1)?.ahead ?? 0) + seconds * 1000 }];
      writeFileSync(`${file}.tmp`, JSON.stringify(next));
      renameSync(`${file}.tmp`, file);
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Node's arguments that give a process this clock: its code asks for the time as ever. */
export function clockArguments(file: string | undefined): string[] {
  if (file === undefined) return [];
  const hook = new URL('./runtime/moved-date.ts', import.meta.url);
  hook.searchParams.set('clock', file);
  return ['--disable-warning=ExperimentalWarning', `--import=${hook.href}`];
}
