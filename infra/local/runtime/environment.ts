import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import type { FunctionPlan } from '../template/plan-functions.ts';
import { type Invocation, startRuntimeApi } from './runtime-api.ts';

export type InvocationResult =
  | { outcome: 'returned'; requestId: string; payload: string }
  /** The function failed, ran out of time, or its process died. `errorType` is Lambda's. */
  | { outcome: 'failed'; requestId: string; errorType: string };

/** One process of a function. It takes one event at a time. */
export interface Environment {
  pid(): number | undefined;
  invoke(requestId: string, event: string): Promise<InvocationResult>;
  /** Resolves when the process has ended, however it ended. */
  exited: Promise<void>;
  /** SIGKILL: an event in its hands fails. */
  kill(): Promise<void>;
}

export interface EnvironmentOptions {
  plan: FunctionPlan;
  /** All of it: nothing of this process's own environment reaches a function. */
  variables: Record<string, string>;
  /** What runs in it: Node's arguments. */
  command: string[];
  logFile: string;
}

/** Lambda gives a function as long to start. */
const initTimeoutMs = 10_000;

/** Starts a process for a function. Its time limit is enforced by SIGKILL; what it prints goes to its log file. */
export async function startEnvironment({
  plan,
  variables,
  command,
  logFile,
}: EnvironmentOptions): Promise<Environment> {
  let current: { invocation: Invocation; settle: (result: InvocationResult) => void } | undefined;
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;
  const note = (text: string) => appendFileSync(logFile, `${text}\n`);

  const settle = (result: InvocationResult) => {
    clearTimeout(timer);
    const { settle: tell } = current ?? {};
    current = undefined;
    tell?.(result);
  };
  const fail = (errorType: string) => {
    if (current) settle({ outcome: 'failed', requestId: current.invocation.requestId, errorType });
  };
  const endInTime = (ms: number, errorType: string, words: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      note(`${current?.invocation.requestId ?? 'init'} ${words}`);
      child.kill('SIGKILL');
      fail(errorType);
    }, ms);
  };
  const deliver = () => {
    if (!current || !isReady) return;
    isReady = false;
    current.invocation.deadline = Date.now() + plan.timeoutSeconds * 1000;
    endInTime(plan.timeoutSeconds * 1000, 'Sandbox.Timedout', `Task timed out after ${plan.timeoutSeconds} seconds`);
    api.deliver(current.invocation);
  };

  const api = await startRuntimeApi({
    ready() {
      isReady = true;
      clearTimeout(timer);
      deliver();
    },
    returned(requestId, payload) {
      if (current?.invocation.requestId === requestId) settle({ outcome: 'returned', requestId, payload });
    },
    failed(requestId, errorType) {
      if (requestId === undefined) fail(`Init.${errorType}`);
      else if (current?.invocation.requestId === requestId) fail(errorType);
    },
  });
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(process.execPath, command, {
    // A group of its own: Ctrl-C reaches us alone. It ends when its standard input closes, that is, with us.
    detached: true,
    cwd: plan.codeFolder,
    env: { ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.on('error', () => fail('Runtime.InvalidEntrypoint'));
  // Writing to a process that has just died is no news.
  child.stdin?.on('error', () => undefined);
  const exited = once(child, 'exit').then(([code, signal]) => {
    clearTimeout(timer);
    if (current) note(`${current.invocation.requestId} Runtime exited: ${signal ?? code}`);
    fail('Runtime.ExitError');
    api.stop();
  });
  endInTime(initTimeoutMs, 'Sandbox.Timedout', `did not start within ${initTimeoutMs / 1000} seconds`);

  return {
    pid: () => child.pid,
    exited,
    invoke: (requestId, event) =>
      new Promise((tell) => {
        current = { invocation: { requestId, event, deadline: 0, functionArn: plan.arn }, settle: tell };
        if (child.exitCode !== null || child.signalCode !== null) return fail('Runtime.ExitError');
        deliver();
      }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
