import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SchedulePlan } from '../template/plan-schedules.ts';
import type { AwsJsonClient } from './aws-json.ts';
import type { InvocationResult } from './environment.ts';
import { nextRun } from './schedule-expression.ts';

export interface Scheduler {
  /** Runs a schedule now, by its name or its input's task; undefined where there is none. */
  run(task: string): Promise<InvocationResult | undefined>;
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  /** What runs by itself. */
  schedules: SchedulePlan[];
  /** What can be run when asked. */
  onDemand: SchedulePlan[];
  /** Where it is kept when each ran last: a rate goes on across restarts. */
  file: string;
  invoke(functionName: string, event: string): Promise<InvocationResult>;
  sqs: AwsJsonClient;
  note(line: string): void;
}

/** A timer holds at most 24.8 days. */
const longestTimerMs = 24 * 3_600_000;
const retryPauseMs = 1_000;

/** Runs the template's schedules on time, with Lambda's retries and on-failure queue. One missed while the stack was down runs at once, if it is a rate. */
export function startScheduler({ schedules, onDemand, file, invoke, sqs, note }: SchedulerOptions): Scheduler {
  const stopping = new AbortController();
  const lastRuns = readLastRuns(file);
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Set<Promise<unknown>>();

  const perform = async (plan: SchedulePlan): Promise<InvocationResult> => {
    lastRuns[plan.name] = Date.now();
    writeFileSync(`${file}.tmp`, JSON.stringify(lastRuns));
    renameSync(`${file}.tmp`, file);
    for (let tries = 1; ; tries++) {
      const result = await invoke(plan.functionName, plan.input);
      if (result.outcome === 'returned' || stopping.signal.aborted) return result;
      note(`${plan.name}: ${result.errorType} at try ${tries}`);
      if (tries > plan.maxRetries) {
        await giveUp(plan, result, tries);
        return result;
      }
      await sleep(retryPauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const giveUp = async (
    { onFailureQueueUrl: QueueUrl, input, functionName }: SchedulePlan,
    { requestId }: InvocationResult,
    tries: number,
  ) => {
    if (QueueUrl === undefined) return;
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId,
        functionArn: functionName,
        condition: 'RetriesExhausted',
        approximateInvokeCount: tries,
      },
      requestPayload: JSON.parse(input) as unknown,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    };
    await sqs
      .call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: JSON.stringify(record) })
      .catch((error: unknown) => note(String(error)));
  };
  const track = (plan: SchedulePlan) => {
    const one = perform(plan).finally(() => running.delete(one));
    running.add(one);
    return one;
  };
  const arm = (plan: SchedulePlan) => {
    if (stopping.signal.aborted) return;
    const at = nextRun(plan.expression, Date.now(), lastRuns[plan.name]);
    if (at === undefined) return;
    const wait = at - Date.now();
    const isNow = wait <= longestTimerMs;
    timers.set(
      plan.name,
      setTimeout(
        () => (isNow ? track(plan).finally(() => arm(plan)) : arm(plan)),
        Math.max(0, Math.min(wait, longestTimerMs)),
      ).unref(),
    );
  };
  for (const plan of schedules) arm(plan);
  return {
    async run(task) {
      const plan = onDemand.find((each) => each.name === task || taskOf(each.input) === task);
      return plan && track(plan);
    },
    async stop() {
      stopping.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.allSettled(running);
    },
  };
}

function taskOf(input: string): unknown {
  const event: unknown = JSON.parse(input);
  return typeof event === 'object' && event !== null && 'task' in event ? event.task : undefined;
}

function readLastRuns(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}
