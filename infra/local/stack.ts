import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAdmin } from './admin.ts';
import { buildStack, repositoryRoot } from './build.ts';
import {
  claimDataFolder,
  clockName,
  descriptionName,
  loseTable,
  requireWritable,
  writeDescription,
} from './data-folder.ts';
import { localFunctions } from './functions.ts';
import { LocalError } from './local-error.ts';
import { startServices } from './local-services.ts';
import { drain, startMappings, stopFeeding } from './mappings/start-mappings.ts';
import { type MovableClock, movableClock } from './movable-clock.ts';
import { makeQueues, makeTables } from './provision.ts';
import { awsJsonClient } from './runtime/aws-json.ts';
import type { InvocationResult } from './runtime/environment.ts';
import { startScheduler } from './runtime/scheduler.ts';
import { limitVisibility, serviceOptions, withMailRate } from './service-options.ts';
import { findDynamodb } from './services/dynoxide-binary.ts';
import type { ServiceName } from './services/process.ts';
import { describeStack, type StackDescription } from './stack-description.ts';
import { planStack, type StackPlan } from './template/plan.ts';
import { claimPorts, startWeb } from './web.ts';

export interface StackOptions {
  dataFolder: string;
  /** 0 or none: any free port. */
  ports?: Partial<Record<ServiceName | 'admin' | 'http' | 'oidc', number>>;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** Begins with an empty table, as after losing it: everything else stays. */
  freshTable?: boolean;
  /** Each service in a process of its own, to be killed alone; they share one otherwise. */
  servicesApart?: boolean;
  /** Processes that one function may have at one time; each takes some 80 MB. */
  processesPerFunction?: number;
  /** Shortens the queues' visibility timeouts, for tests that cannot wait six minutes for a second try. */
  maxVisibilitySeconds?: number;
  /** Off: schedules run only when asked. */
  schedules?: boolean;
  /** The mail account's rate: the local SES refuses what is above it, and deliver is told of it. This machine has none. */
  mailRatePerSecond?: number;
  /** Functions and services go by a clock that can be set forward (`clock.forward`); needs the services apart. */
  movableClock?: boolean;
  /** What functions are told instead of a service's own address: a way to it that misbehaves. */
  functionEndpoints?: Partial<Record<ServiceName, string>>;
  onProgress?: (step: 'building' | 'starting') => void;
}

export interface Stack {
  describe(): StackDescription;
  plan: StackPlan;
  /** The stack's time; the machine's, unless it was started with a movable clock. */
  clock: Pick<MovableClock, 'now' | 'at'> & Partial<MovableClock>;
  /** Waits until no stream, queue or function has anything to do. @throws LocalError `not-quiet`. */
  drain(timeoutSeconds?: number): Promise<void>;
  /** Runs a schedule now; its result. @throws LocalError `invalid-options` where there is none for the task. */
  runSchedule(task: string): Promise<InvocationResult>;
  /** What can be killed: each function by its step's name, and each process of services. */
  pieces(): string[];
  /** SIGKILL. A function's next event starts it again; a service stays down until `restore`. */
  kill(piece: string): Promise<void>;
  restore(piece: string): Promise<void>;
  /** Every process of the stack but this one. */
  pids(): number[];
  stop(): Promise<void>;
}

const drainTimeoutSeconds = 120;

/**
 * Starts the whole workflow on this machine from the CDK app's own template, or goes on where its data folder stopped.
 *
 * @throws LocalError `already-running`, `port-in-use`, `emulator-missing`, `build-failed`, `template-unknown`, `data-outdated` …
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataFolder = resolve(options.dataFolder);
  // Before anything is built: what is missing is missing.
  findDynamodb(process.env);
  requireWritable(join(repositoryRoot, '.build'));
  const lock = claimDataFolder(dataFolder, options.fresh ?? false);
  if (options.freshTable) loseTable(dataFolder);
  const undo: (() => unknown)[] = [() => lock.release()];
  try {
    return await start(options, dataFolder, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function start(options: StackOptions, dataFolder: string, undo: (() => unknown)[]): Promise<Stack> {
  const { ports = {} } = options;
  const build = await buildStack(() => options.onProgress?.('building'));
  const named = await claimPorts(ports);
  const plan = withMailRate(
    limitVisibility(planStack(build.template, build.stackName, named, build.assets), options.maxVisibilitySeconds),
    options.mailRatePerSecond,
  );
  const clockFile = options.movableClock ? join(dataFolder, clockName) : undefined;
  const clock = clockFile === undefined ? { now: Date.now, at: (ms: number) => ms } : movableClock(clockFile);
  options.onProgress?.('starting');
  const logs = join(dataFolder, 'logs');
  mkdirSync(logs, { recursive: true });
  const note = (line: string) => appendFileSync(join(logs, 'runtime.log'), `${new Date().toISOString()} ${line}\n`);
  const services = await startServices({
    options: serviceOptions(plan, join(dataFolder, 'data'), { ...ports, sqs: named.sqs }, options.mailRatePerSecond),
    clockFile,
    logs,
    apart: options.servicesApart ?? false,
    servicesHost: build.servicesHost,
    onRestart: (piece, why) => note(`${piece} is started again: ${why}`),
  });
  undo.push(() => services.stop());
  const dynamodb = awsJsonClient(services.endpoints.dynamodb);
  const sqs = awsJsonClient(services.endpoints.sqs);
  undo.push(
    () => dynamodb.close(),
    () => sqs.close(),
  );
  await Promise.all([makeTables(dynamodb, plan.tables), makeQueues(sqs, plan.queues)]);

  const functions = localFunctions(plan, build, { ...services.endpoints, ...options.functionEndpoints }, logs, {
    maxProcesses: options.processesPerFunction ?? 1,
    clockFile,
  });
  undo.push(() => functions.stop());
  const mappings = await startMappings({
    plan,
    dataFolder,
    endpoints: services.endpoints,
    functions,
    clock,
    concurrency: options.processesPerFunction ?? 1,
    dynamodb,
    sqs,
    note,
  });
  const scheduler = startScheduler({
    schedules: options.schedules === false ? [] : plan.schedules,
    onDemand: plan.schedules,
    file: join(dataFolder, 'schedules.json'),
    invoke: (name, event) => functions.find(name).invoke(event),
    sqs,
    note,
  });
  undo.push(() => stopFeeding([scheduler, ...mappings], functions));
  const web = await startWeb(plan, {
    named,
    dataFolder,
    logs,
    functions,
    dynamodb: services.endpoints.dynamodb,
    clock,
  });
  undo.push(() => web.stop());

  const stack: Stack = {
    plan,
    clock,
    describe: () => description,
    drain: (timeoutSeconds = drainTimeoutSeconds) => drain(mappings, functions, timeoutSeconds),
    async runSchedule(task) {
      const result = await scheduler.run(task);
      if (!result) throw new LocalError('invalid-options', `There is no schedule for the task "${task}".`);
      return result;
    },
    pieces: () => [...plan.functions.map(({ name }) => name), ...services.pieces()],
    async kill(piece) {
      const local = functions.all.find((each) => each.plan.name === piece);
      await (local ? local.kill() : services.kill(piece));
    },
    restore: (piece) => services.restore(piece),
    pids: () => [...services.pids(), ...functions.pids()],
    async stop() {
      rmSync(join(dataFolder, descriptionName), { force: true });
      for (const step of undo.reverse().splice(0)) await step();
    },
  };
  const admin = await startAdmin(ports.admin ?? 0, stack);
  undo.push(() => admin.stop());
  const description = describeStack(plan, build.template, named, {
    endpoints: { ...services.endpoints, http: web.endpoint },
    inbox: `${services.endpoints.ses}/inbox`,
    admin: admin.endpoint,
    dataFolder,
    pid: process.pid,
  });
  writeDescription(dataFolder, description);
  return stack;
}
