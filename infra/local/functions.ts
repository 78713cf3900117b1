import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from './build.ts';
import { clockArguments } from './movable-clock.ts';
import { functionVariables } from './runtime/function-variables.ts';
import { type LocalFunction, localFunction } from './runtime/local-function.ts';
import type { ServiceName } from './services/process.ts';
import type { StackPlan } from './template/plan.ts';

export interface LocalFunctions {
  all: LocalFunction[];
  /** By function name, as mappings and schedules name it. */
  find(functionName: string): LocalFunction;
  /** Events taken so far. */
  invocations(): number;
  inFlight(): number;
  pids(): number[];
  stop(): Promise<void>;
}

/** V8 lets a heap grow by tens of megabytes before it looks for garbage: seven processes on one laptop cannot each have them. */
const smallHeap = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'];

/** The template's functions, each with processes of its own, started at its first event. */
export function localFunctions(
  plan: StackPlan,
  build: Build,
  endpoints: Record<ServiceName, string>,
  logs: string,
  { maxProcesses, clockFile }: { maxProcesses: number; clockFile?: string | undefined },
): LocalFunctions {
  let invocations = 0;
  const runtimeLog = join(logs, 'runtime.log');
  const byName = new Map(
    plan.functions.map((each) => {
      const heap = [`--max-old-space-size=${each.memoryMb}`, ...smallHeap];
      const run = localFunction({
        plan: each,
        variables: functionVariables(each, endpoints),
        command: [...heap, ...clockArguments(clockFile), build.bootstrap],
        logFile: join(logs, `${each.name}.log`),
        maxProcesses,
        onResult: ({ name }, result, ms) => {
          const how = result.outcome === 'failed' ? result.errorType : 'ok';
          appendFileSync(
            runtimeLog,
            `${new Date().toISOString()} ${name} ${result.requestId} ${how} ${Math.round(ms)} ms\n`,
          );
        },
      });
      const counted: LocalFunction = {
        ...run,
        invoke(event) {
          invocations += 1;
          return run.invoke(event);
        },
      };
      return [each.functionName, counted] as const;
    }),
  );
  const all = [...byName.values()];
  return {
    all,
    find(functionName) {
      const found = byName.get(functionName);
      if (!found) throw new Error(`there is no function ${functionName}`);
      return found;
    },
    invocations: () => invocations,
    inFlight: () => all.reduce((sum, each) => sum + each.inFlight(), 0),
    pids: () => all.flatMap((each) => each.pids()),
    stop: async () => {
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}
