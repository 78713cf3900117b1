import { Agenda } from './agenda.ts';
import { type FaultSource, injected, slowMs } from './faults.ts';
import type { Rng } from './rng.ts';

/** How one run of a step ended. `crashed`: nobody heard what it did. */
export type TaskEnd = { end: 'done' } | { end: 'failed'; error: unknown } | { end: 'crashed' };

/** One run of one step: dies whole, and has a clock of its own. */
export type Task = {
  id: number;
  step: string;
  label: string;
  skewMs: number;
  deadline: number;
  state: 'running' | 'ended';
  /** What the judges keep of it. */
  memo: Record<string, unknown>;
  onEnd: (end: TaskEnd) => void;
};

/** The first broken promise of a world. */
export type Failure = { judge: string; message: string };

export type Scheduler = {
  readonly now: number;
  readonly picks: number;
  /** Does `run` once the clock has reached `at`; among all that is ready chance picks. */
  at(at: number, run: () => void): void;
  start(
    step: string,
    label: string,
    timeoutSeconds: number,
    body: (task: Task) => Promise<unknown>,
    onEnd: Task['onEnd'],
  ): void;
  /** A port call: an await point at which anything else may run and anything may go wrong. */
  call<T>(task: Task, name: string, effect: () => T, onConflict?: () => T): Promise<T>;
  /** The task sleeps; it may run out of its time meanwhile. */
  wait(task: Task, ms: number): Promise<void>;
  fail(judge: string, message: string): void;
  readonly failure: Failure | undefined;
  /** Runs until nothing is left, `isOver`, or a judge has failed. `onIdle` may schedule what happens before `nextAt`. */
  run(isOver: () => boolean, onIdle: (nextAt: number) => void): Promise<void>;
  advance(ms: number): void;
};

export type SchedulerOptions = {
  rng: Rng;
  faults: FaultSource;
  startAt: number;
  maxSkewMs: number;
  trace: ((line: string) => void) | undefined;
};

/** Microtasks that a step may need from one call's answer to its next call: async functions within async functions. */
const maxTicks = 80;
const maxPicks = 60_000;

/**
 * One thread of simulated time. Steps run as ordinary promises; each waits in the agenda at every port call until the
 * seeded choice falls on it. No real timer and no real clock: equal seeds give equal runs.
 */
export function createScheduler({ rng, faults, startAt, maxSkewMs, trace }: SchedulerOptions): Scheduler {
  const agenda = new Agenda<Task | undefined>();
  let now = startAt;
  let picks = 0;
  let tasks = 0;
  let started: Task | undefined;
  let failure: Failure | undefined;

  const push = (at: number, run: () => Task | undefined) => agenda.push(at, run);
  const end = (task: Task, how: TaskEnd) => {
    if (task.state === 'ended') return;
    task.state = 'ended';
    if (trace)
      trace(
        `${task.label} ${how.end}${how.end === 'failed' ? `: ${String((how.error as Error)?.message ?? how.error)}` : ''}`,
      );
    task.onEnd(how);
  };
  const note = (task: Task, text: string) => trace?.(`${task.label} ${text}`);

  const call: Scheduler['call'] = (task, name, effect, onConflict) =>
    new Promise((resolve, reject) => {
      const settle = (value: Awaited<ReturnType<typeof effect>>, delayMs: number) => {
        if (delayMs === 0) resolve(value);
        else push(now + delayMs, () => answerLate(value));
      };
      const answerLate = (value: Awaited<ReturnType<typeof effect>>): Task | undefined => {
        if (!resume(task)) return undefined;
        resolve(value);
        return task;
      };
      const perform = (isSlowed: boolean): Task | undefined => {
        if (!resume(task)) return undefined;
        const fault = faults.draw(`${task.step}.${name}`);
        note(task, fault ? `${name} !! ${fault}` : name);
        try {
          switch (fault) {
            case undefined:
              settle(effect() as never, 0);
              return task;
            case 'crash-before':
              end(task, { end: 'crashed' });
              return undefined;
            case 'crash-after':
              effect();
              end(task, { end: 'crashed' });
              return undefined;
            case 'crash-late':
              push(now + rng.between(100, 20_000), () => {
                note(task, `${name} lands late`);
                try {
                  effect();
                } catch {
                  // Nobody is left to hear the refusal.
                }
                return undefined;
              });
              end(task, { end: 'crashed' });
              return undefined;
            case 'throttled':
              reject(injected('throttled'));
              return task;
            case 'answer-lost':
              effect();
              reject(injected('answer-lost'));
              return task;
            case 'conflict':
              if (onConflict) settle(onConflict() as never, 0);
              else reject(injected('conflict'));
              return task;
            case 'slow-before':
              if (isSlowed) settle(effect() as never, 0);
              else push(now + slowMs(rng), () => perform(true));
              return isSlowed ? task : undefined;
            case 'slow-after':
              settle(effect() as never, slowMs(rng));
              return undefined;
          }
        } catch (error) {
          reject(error);
          return task;
        }
      };
      push(now, () => perform(false));
    });

  /** A step that has run out of its time is killed by its platform. */
  const resume = (task: Task): boolean => {
    if (task.state === 'ended') return false;
    if (now <= task.deadline) return true;
    note(task, 'runs out of time');
    end(task, { end: 'crashed' });
    return false;
  };

  const scheduler: Scheduler = {
    get now() {
      return now;
    },
    get picks() {
      return picks;
    },
    get failure() {
      return failure;
    },
    call,
    wait: (task, ms) =>
      new Promise((resolve) =>
        push(now + ms, () => {
          if (!resume(task)) return undefined;
          resolve();
          return task;
        }),
      ),
    at: (at, run) =>
      push(at, () => {
        const before = started;
        run();
        // Whoever has just begun runs on to the first call, which may take a while where others have to answer first.
        return started === before ? undefined : started;
      }),
    start(step, label, timeoutSeconds, body, onEnd) {
      const skewMs = faults.isOff() || maxSkewMs === 0 ? 0 : rng.between(-maxSkewMs, maxSkewMs);
      const id = ++tasks;
      const task: Task = {
        id,
        step,
        label: `${label}~${id}`,
        skewMs,
        deadline: now + timeoutSeconds * 1000,
        state: 'running',
        memo: {},
        onEnd,
      };
      started = task;
      if (trace) trace(`${task.label} starts`);
      body(task).then(
        () => end(task, { end: 'done' }),
        (error: unknown) => end(task, { end: 'failed', error }),
      );
    },
    fail(judge, message) {
      failure ??= { judge, message };
      if (trace) trace(`!!!! ${judge}: ${message}`);
    },
    async run(isOver, onIdle) {
      while (failure === undefined && !isOver()) {
        const picked = take(onIdle);
        if (!picked) {
          const before = agenda.pushes;
          for (let tick = 0; tick < maxTicks && agenda.pushes === before; tick++) await null;
          if (agenda.pushes === before && agenda.size === 0) return;
          continue;
        }
        if (++picks > maxPicks) {
          scheduler.fail('it comes to rest', `still busy after ${maxPicks} picks`);
          return;
        }
        now += rng.int(12);
        const before = agenda.pushes;
        const resumed = picked.run();
        // A resumed step runs on until its next call or its end.
        if (!resumed) continue;
        for (let tick = 0; tick < maxTicks && agenda.pushes === before && resumed.state !== 'ended'; tick++) await null;
      }
    },
    advance: (ms) => {
      now += ms;
    },
  };

  /** The next item; where none is ready, time passes until one is. */
  function take(onIdle: (nextAt: number) => void) {
    const ready = agenda.take(now, rng);
    if (ready) return ready;
    onIdle(agenda.nextAt());
    const nextAt = agenda.nextAt();
    if (nextAt === Number.POSITIVE_INFINITY) return undefined;
    now = Math.max(now, nextAt);
    return agenda.take(now, rng);
  }
  return scheduler;
}
