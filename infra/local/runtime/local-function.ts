import { randomUUID } from 'node:crypto';
import type { FunctionPlan } from '../template/plan-functions.ts';
import { type Environment, type EnvironmentOptions, type InvocationResult, startEnvironment } from './environment.ts';

/** A function: as many processes as its events need, up to a limit, started on demand and ended when idle. */
export interface LocalFunction {
  plan: FunctionPlan;
  /** Waits for a free process. Never rejects: a failure is a result. */
  invoke(event: string): Promise<InvocationResult>;
  /** Events in its hands or waiting. */
  inFlight(): number;
  pids(): number[];
  /** SIGKILL to every process of it; the next event starts another. */
  kill(): Promise<number>;
  stop(): Promise<void>;
}

export interface LocalFunctionOptions extends EnvironmentOptions {
  /** Processes at one time. */
  maxProcesses: number;
  /** Called with every result and how long it took. */
  onResult?: (plan: FunctionPlan, result: InvocationResult, ms: number) => void;
}

/** Lambda keeps an idle environment for some minutes too. */
const idleMs = 5 * 60_000;

interface Slot {
  environment: Environment;
  busy: boolean;
  idleTimer?: NodeJS.Timeout;
}

export function localFunction(options: LocalFunctionOptions): LocalFunction {
  const { plan } = options;
  const limit = Math.max(1, Math.min(options.maxProcesses, plan.reservedConcurrency ?? options.maxProcesses));
  const slots = new Set<Slot>();
  const waiting: ((slot: Slot | Promise<Slot>) => void)[] = [];
  let starting = 0;
  let inFlight = 0;
  let stopped = false;

  const start = async (): Promise<Slot> => {
    starting += 1;
    try {
      const slot: Slot = { environment: await startEnvironment(options), busy: true };
      slots.add(slot);
      slot.environment.exited.then(() => {
        slots.delete(slot);
        clearTimeout(slot.idleTimer);
      });
      if (stopped) await slot.environment.kill();
      return slot;
    } finally {
      starting -= 1;
    }
  };
  const take = (): Slot | Promise<Slot> => {
    const free = [...slots].find((slot) => !slot.busy);
    if (free) {
      free.busy = true;
      clearTimeout(free.idleTimer);
      return free;
    }
    if (slots.size + starting < limit) return start();
    return new Promise<Slot>((resolve) => waiting.push(resolve));
  };
  const release = (slot: Slot) => {
    const next = waiting.shift();
    const isAlive = slots.has(slot);
    if (next) return next(isAlive ? slot : start());
    slot.busy = false;
    if (isAlive) slot.idleTimer = setTimeout(() => slot.environment.kill(), idleMs).unref();
  };

  return {
    plan,
    async invoke(event) {
      const requestId = randomUUID();
      inFlight += 1;
      try {
        const slot = await take();
        const begun = performance.now();
        const result = await slot.environment.invoke(requestId, event);
        // A process that ran out of time or crashed is gone before the next event looks for one.
        if (result.outcome === 'failed' && isFatal(result.errorType)) await slot.environment.exited;
        release(slot);
        options.onResult?.(plan, result, performance.now() - begun);
        return result;
      } catch {
        return { outcome: 'failed', requestId, errorType: 'Runtime.StartFailed' };
      } finally {
        inFlight -= 1;
      }
    },
    inFlight: () => inFlight,
    pids: () => [...slots].flatMap(({ environment }) => environment.pid() ?? []),
    async kill() {
      const running = [...slots];
      await Promise.all(running.map(({ environment }) => environment.kill()));
      return running.length;
    },
    async stop() {
      stopped = true;
      await Promise.all([...slots].map(({ environment }) => environment.kill()));
    },
  };
}

function isFatal(errorType: string): boolean {
  return errorType === 'Sandbox.Timedout' || errorType === 'Runtime.ExitError' || errorType.startsWith('Init.');
}
