import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { LocalError, type LocalErrorCode } from './local-error.ts';
import { clockArguments } from './movable-clock.ts';
import { type ServiceName, type ServiceOptions, type SpawnedService, spawnService } from './services/process.ts';

export const serviceNames = ['dynamodb', 'sqs', 'ses', 's3', 'kms'] as const satisfies ServiceName[];

/** The local services, running. */
export interface LocalServices {
  endpoints: Record<ServiceName, string>;
  /** Processes that one can kill: each service, or `services` where they share one. */
  pieces(): string[];
  pids(): number[];
  /** SIGKILL. It stays down until `restore`. */
  kill(piece: string): Promise<void>;
  /** Starts a killed piece again on the same ports and data. */
  restore(piece: string): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalServicesOptions {
  options: ServiceOptions;
  logs: string;
  /** A process each, for fault injection, instead of one for all. */
  apart: boolean;
  servicesHost: string;
  /** The clock that they go by, apart only; none: this machine's. */
  clockFile?: string | undefined;
  /** A piece ended by itself; it is started again. */
  onRestart: (piece: string, why: string) => void;
}

export function startServices(options: LocalServicesOptions): Promise<LocalServices> {
  if (options.clockFile !== undefined && !options.apart) {
    throw new LocalError('invalid-options', 'A movable clock needs the services apart: the table keeps its own time.');
  }
  return options.apart ? startApart(options) : startTogether(options);
}

/** Of restarts of what ends by itself, so that a broken emulator does not spin. */
const restartPauseMs = 500;

async function startApart({ options, logs, onRestart, clockFile }: LocalServicesOptions): Promise<LocalServices> {
  const running = new Map<string, SpawnedService>();
  let stopped = false;
  await Promise.all(
    serviceNames.map(async (name) => {
      const onUnexpectedExit = async (error: LocalError) => {
        onRestart(name, error.message);
        await sleep(restartPauseMs);
        if (!stopped) await running.get(name)?.restart().catch(onUnexpectedExit);
      };
      running.set(
        name,
        await spawnService(name, options[name], {
          logFile: join(logs, `${name}.log`),
          onUnexpectedExit,
          // The emulator has this machine's time whatever we do: what the stream says is set forward as it is read.
          nodeArguments: name === 'dynamodb' ? [] : clockArguments(clockFile),
        }),
      );
    }),
  ).catch(async (error: unknown) => {
    await Promise.all([...running.values()].map((service) => service.stop()));
    throw error;
  });
  const find = (piece: string) => {
    const service = running.get(piece);
    if (!service) throw new LocalError('invalid-options', `There is no local service "${piece}".`);
    return service;
  };
  return {
    endpoints: Object.fromEntries([...running].map(([name, { endpoint }]) => [name, endpoint])) as Record<
      ServiceName,
      string
    >,
    pieces: () => [...running.keys()],
    pids: () => [...running.values()].flatMap((service) => [service.pid(), ...emulatorPid(service.details())]),
    kill: (piece) => find(piece).kill(),
    restore: (piece) => find(piece).restart(),
    async stop() {
      stopped = true;
      await Promise.all([...running.values()].map((service) => service.stop()));
    },
  };
}

function emulatorPid({ emulatorPid: pid }: Record<string, unknown>): number[] {
  return typeof pid === 'number' ? [pid] : [];
}

const startTimeoutMs = 30_000;
const stopGraceMs = 4_000;
const together = 'services';
const firstLineSchema = z.union([
  z.object({ ready: z.literal(true), endpoints: z.record(z.string(), z.string()), emulatorPid: z.number().optional() }),
  z.object({ ready: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
]);

async function startTogether(options: LocalServicesOptions): Promise<LocalServices> {
  let host = await launchHost(options);
  let wanted = true;
  const watch = () => {
    const watched = host;
    watched.child.once('exit', async (code, signal) => {
      if (!wanted || watched !== host) return;
      options.onRestart(together, `ended by itself (${signal ?? code})`);
      await sleep(restartPauseMs);
      if (wanted && watched === host) await start().catch(() => undefined);
    });
  };
  const start = async () => {
    host = await launchHost(options);
    wanted = true;
    watch();
  };
  const end = async (signal: NodeJS.Signals) => {
    wanted = false;
    if (host.child.exitCode !== null || host.child.signalCode !== null) return;
    const exited = once(host.child, 'exit');
    host.child.kill(signal);
    const harder = setTimeout(() => host.child.kill('SIGKILL'), stopGraceMs);
    await exited;
    clearTimeout(harder);
  };
  const check = (piece: string) => {
    if (piece !== together) {
      throw new LocalError(
        'invalid-options',
        `The local services share one process, "${together}". Start the stack with them apart to kill "${piece}" alone.`,
      );
    }
  };
  watch();
  return {
    endpoints: host.endpoints as Record<ServiceName, string>,
    pieces: () => [together],
    pids: () => [host.child.pid ?? 0, ...(host.emulatorPid === undefined ? [] : [host.emulatorPid])],
    async kill(piece) {
      check(piece);
      await end('SIGKILL');
    },
    async restore(piece) {
      check(piece);
      await end('SIGKILL');
      await start();
    },
    stop: () => end('SIGTERM'),
  };
}

interface Host {
  child: ChildProcess;
  endpoints: Record<string, string>;
  emulatorPid: number | undefined;
}

async function launchHost({ options, logs, servicesHost }: LocalServicesOptions): Promise<Host> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    try {
      return await launchOnce(options, join(logs, 'services.log'), servicesHost);
    } catch (error) {
      // After a kill the emulator's guard may take a moment to free its port.
      const mayPass =
        error instanceof LocalError && error.code === 'port-in-use' && Date.now() < deadline - startTimeoutMs + 3_000;
      if (!mayPass) throw error;
      await sleep(50);
    }
  }
}

async function launchOnce(options: ServiceOptions, logFile: string, servicesHost: string): Promise<Host> {
  const log = openSync(logFile, 'a');
  const command = [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=2',
    servicesHost,
    JSON.stringify(options),
  ];
  const child = spawn(process.execPath, command, {
    // A group of its own: Ctrl-C reaches us alone, and we end it in order.
    detached: true,
    env: serviceEnvironment(),
    stdio: ['pipe', 'pipe', log],
  });
  closeSync(log);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => undefined),
    sleep(startTimeoutMs, undefined, { ref: false }),
  ]);
  const first = line === undefined ? undefined : firstLineSchema.parse(JSON.parse(line));
  if (first?.ready) return { child, endpoints: first.endpoints, emulatorPid: first.emulatorPid };
  child.kill('SIGKILL');
  if (first) throw new LocalError(first.error.code as LocalErrorCode, first.error.message);
  throw new LocalError('service-failed', `The local services did not start; ${logFile} may say why.`);
}

/** No AWS credentials, profile or region of the user's reach a local service. */
function serviceEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'AWS_ENDPOINT_URL_DYNAMODB'];
  return Object.fromEntries(passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
