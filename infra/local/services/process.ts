import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { LocalError, type LocalErrorCode } from '../local-error.ts';
import type { DynamodbOptions } from './dynamodb.ts';
import type { KmsOptions } from './kms.ts';
import type { S3Options } from './s3.ts';
import type { SesOptions } from './ses.ts';
import type { EventQueues } from './ses-event-queue.ts';
import type { SqsOptions } from './sqs.ts';

/** The options of each service, as JSON can carry them. */
export interface ServiceOptions {
  dynamodb: Omit<DynamodbOptions, 'environment' | 'onUnexpectedExit'>;
  sqs: SqsOptions;
  ses: Omit<SesOptions, 'publish'> & { eventQueues?: EventQueues };
  s3: S3Options;
  kms: KmsOptions;
}
export type ServiceName = keyof ServiceOptions;

export interface SpawnOptions {
  /** Where its standard error goes, appended; none: only its last words are kept, for errors. */
  logFile?: string;
  /** More of Node's own arguments. */
  nodeArguments?: string[];
  /** Called when the service ends without `stop` or `kill`. */
  onUnexpectedExit?: (error: LocalError) => void;
}

export interface SpawnedService {
  name: ServiceName;
  endpoint: string;
  port: number;
  /** Of the process that serves. For DynamoDB the emulator is a child of it: `details().emulatorPid`. */
  pid(): number;
  isRunning(): boolean;
  /** What else it said when it was ready: `inboxUrl` (ses), `emulatorPid` and `indexed` (dynamodb). */
  details(): Record<string, unknown>;
  /** Asks it to end and waits; SIGKILL after three seconds. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. Its data stays. */
  kill(): Promise<void>;
  /** Ends it by SIGKILL where it runs, and starts it again on the same port and data. */
  restart(): Promise<void>;
}

const startTimeoutMs = 20_000;
const stopGraceMs = 3_000;
/** After `kill -9` the kernel, or for DynamoDB the guard of its emulator, may take a moment to free the port. */
const portRetryMs = 3_000;
const keptErrorCharacters = 4_000;

const firstLineSchema = z.union([
  z.looseObject({ ready: z.literal(true), endpoint: z.string(), port: z.number() }),
  z.object({ ready: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
]);
type Ready = Extract<z.infer<typeof firstLineSchema>, { ready: true }>;

/**
 * Starts a service in a process of its own, which ends with this one, however this one ends.
 *
 * @throws LocalError as the service's own start function does, or `service-failed`.
 * @example const ses = await spawnService('ses', { dataDir: '.local/ses' });
 */
export async function spawnService<Name extends ServiceName>(
  name: Name,
  options: ServiceOptions[Name],
  spawning: SpawnOptions = {},
): Promise<SpawnedService> {
  let port = options.port ?? 0;
  let child: ChildProcess;
  let ready: Ready;
  let wanted = false;

  const launch = async () => {
    const launched = await launchService(name, { ...options, port }, spawning);
    ({ child, ready } = launched);
    port = ready.port;
    wanted = true;
    launched.child.once('exit', (code, signal) => {
      if (!wanted || child !== launched.child) return;
      const how = signal ?? `exit code ${code}`;
      spawning.onUnexpectedExit?.(
        new LocalError('service-failed', `The local ${name} ended by itself (${how}). ${launched.lastWords()}`.trim()),
      );
    });
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    wanted = false;
    await endChild(child, signal);
  };

  await launch();
  return {
    name,
    get endpoint() {
      return ready.endpoint;
    },
    get port() {
      return port;
    },
    pid: () => child.pid as number,
    isRunning: () => isRunning(child),
    details: () => ({ ...ready }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL');
      const deadline = Date.now() + portRetryMs;
      for (;;) {
        try {
          return await launch();
        } catch (error) {
          const mayPass = error instanceof LocalError && error.code === 'port-in-use' && Date.now() < deadline;
          if (!mayPass) throw error;
          await sleep(50);
        }
      }
    },
  };
}

async function launchService(
  name: ServiceName,
  options: unknown,
  { logFile, nodeArguments = [] }: SpawnOptions,
): Promise<{ child: ChildProcess; ready: Ready; lastWords: () => string }> {
  const script = fileURLToPath(new URL('./serve.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=2', ...nodeArguments, script, name, JSON.stringify(options)],
    {
      // A group of its own: Ctrl-C reaches us alone, and we end the services in order.
      detached: true,
      env: serviceEnvironment(name),
      stdio: ['pipe', 'pipe', logFile ? openSync(logFile, 'a') : 'pipe'],
    },
  );
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-keptErrorCharacters);
  });
  const lastWords = () => words.trim();
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => undefined),
    sleep(startTimeoutMs, undefined, { ref: false }),
  ]);
  const first = line === undefined ? undefined : firstLineSchema.parse(JSON.parse(line));
  if (first?.ready) return { child, ready: first, lastWords };
  await endChild(child, 'SIGKILL');
  if (first) throw new LocalError(first.error.code as LocalErrorCode, first.error.message);
  throw new LocalError('service-failed', `The local ${name} did not start. ${lastWords()}`.trim());
}

/** Modules compiled and stripped of their types once: the second start is faster and takes 27 MB less a process (88 → 61). */
const compileCache = fileURLToPath(new URL('../../../.build/compile-cache', import.meta.url));

/** No AWS credentials, profile or region of the user's reach a local service. */
function serviceEnvironment(service: ServiceName): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'TZ', ...(service === 'dynamodb' ? ['AWS_ENDPOINT_URL_DYNAMODB'] : [])];
  const environment = passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return { NODE_COMPILE_CACHE: compileCache, ...Object.fromEntries(environment) };
}

async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const harder = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exited;
  clearTimeout(harder);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
