import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LocalError } from '../local-error.ts';
import { type DynamodbSource, findDynamodb } from './dynoxide-binary.ts';
import { indexStreamRecords, requireDatabase, trimStreamRecords } from './dynoxide-file.ts';
import { type GuardedChild, startGuarded } from './guarded-child.ts';
import { claimPort, localClientConfig, loopbackHost } from './loopback.ts';
import { sweepExpiredItems } from './ttl-sweep.ts';

export interface DynamodbOptions {
  /** Folder of the database file, `dynamodb.db`. */
  dataDir: string;
  /** 0 or none: any free port. */
  port?: number;
  /** Where to look for `PATH` and `AWS_ENDPOINT_URL_DYNAMODB`; this process's own by default. */
  environment?: NodeJS.ProcessEnv;
  /** Allows `AWS_ENDPOINT_URL_DYNAMODB` to name another machine; never one of Amazon's. */
  confirmRemoteEndpoint?: boolean;
  /** Table name → attribute that holds its items' expiry (seconds since 1970), beside what `UpdateTimeToLive` declares. */
  ttlAttributes?: Record<string, string>;
  ttlSweepSeconds?: number;
  /** Age at which stream records go. AWS keeps them 24 hours. */
  streamRetentionSeconds?: number;
  streamTrimSeconds?: number;
  /** Called when the emulator ends without `stop` or `kill`, with what to tell the user. */
  onUnexpectedExit?: (error: LocalError) => void;
}

export interface RunningDynamodb {
  endpoint: string;
  port: number;
  /** The emulator's process, for fault injection; undefined when somebody else runs it. */
  pid(): number | undefined;
  /** Whether the stream index is in place: without it writes slow down with every record. */
  indexed: boolean;
  stop(): Promise<void>;
  /** SIGKILL. The data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after `kill`, `stop` or a crash. */
  restart(): Promise<void>;
}

const startTimeoutMs = 10_000;

/**
 * DynamoDB with streams on 127.0.0.1 by dynoxide, data in one SQLite file; it resumes after `kill -9` and ends with this
 * process, however that ends. Stream records past 24 hours and items past their time to live are removed in the background.
 *
 * @throws LocalError `port-in-use`, `emulator-missing`, `emulator-failed`, `endpoint-not-local`, `data-damaged`.
 */
export async function startDynamodb(options: DynamodbOptions): Promise<RunningDynamodb> {
  const source = findDynamodb(options.environment ?? process.env, {
    confirmRemoteEndpoint: options.confirmRemoteEndpoint ?? false,
  });
  if (source.kind === 'endpoint') return externalDynamodb(source.endpoint);
  mkdirSync(options.dataDir, { recursive: true });
  const file = join(options.dataDir, 'dynamodb.db');
  requireDatabase(file);
  const port = await claimPort(options.port ?? 0, 'DynamoDB');
  const endpoint = `http://${loopbackHost}:${port}`;
  let child: GuardedChild;
  let wanted = true;

  const launch = async () => {
    wanted = true;
    const launched = await launchDynoxide(source, file, port);
    child = launched;
    launched.exited.then(() => {
      if (wanted && child === launched) options.onUnexpectedExit?.(failed(launched));
    });
  };
  const end = async (how: 'stop' | 'kill') => {
    wanted = false;
    await child[how]();
  };

  await launch();
  const indexed = indexStreamRecords(file, source.version);
  const upkeep = startUpkeep(options, endpoint, file, source.version, () => child.isRunning());
  return {
    endpoint,
    port,
    pid: () => child.pid,
    indexed,
    stop: async () => {
      await upkeep.stop();
      await end('stop');
    },
    kill: () => end('kill'),
    restart: async () => {
      await end('kill');
      await launch();
    },
  };
}

async function launchDynoxide(
  source: Extract<DynamodbSource, { kind: 'binary' }>,
  file: string,
  port: number,
): Promise<GuardedChild> {
  const child = await startGuarded(
    source.path,
    ['--host', loopbackHost, '--port', String(port), '--db-path', file],
    {},
  );
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(port))) {
    if (!child.isRunning()) throw failed(child);
    if (Date.now() > deadline) {
      await child.kill();
      throw new LocalError(
        'emulator-failed',
        `dynoxide did not answer on port ${port} within ${startTimeoutMs / 1000} s.`,
      );
    }
    await sleep(10);
  }
  return child;
}

/** Any HTTP answer counts: it refuses the empty request, but it is up. */
async function answers(port: number): Promise<boolean> {
  try {
    await (await fetch(`http://${loopbackHost}:${port}/`, { method: 'POST', body: '{}' })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function failed(child: GuardedChild): LocalError {
  return new LocalError('emulator-failed', `dynoxide ended by itself. It said: ${child.lastWords() || 'nothing'}`);
}

/** Trims the stream and sweeps expired items now and then. A failure is tried again at the next turn: nothing depends on it. */
function startUpkeep(
  options: DynamodbOptions,
  endpoint: string,
  file: string,
  version: string,
  isUp: () => boolean,
): { stop(): Promise<void> } {
  const client = new DynamoDBClient({ ...localClientConfig(endpoint), maxAttempts: 1 });
  const retention = options.streamRetentionSeconds ?? 86_400;
  const seconds = () => Math.floor(Date.now() / 1000);
  let running: Promise<unknown> = Promise.resolve();
  const every = (period: number, work: () => Promise<unknown>) =>
    setInterval(() => {
      running = running.then(() => (isUp() ? work() : undefined)).catch(() => undefined);
    }, period * 1000).unref();
  const timers = [
    every(options.streamTrimSeconds ?? 600, () => trimStreamRecords(file, version, seconds() - retention)),
    every(options.ttlSweepSeconds ?? 300, () => sweepExpiredItems(client, seconds(), options.ttlAttributes)),
  ];
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await running;
      client.destroy();
    },
  };
}

function externalDynamodb(endpoint: string): RunningDynamodb {
  const refuse = async () => {
    throw new LocalError('service-failed', `DynamoDB at ${endpoint} runs elsewhere: kill and restart it there.`);
  };
  const url = new URL(endpoint);
  return {
    endpoint,
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    pid: () => undefined,
    indexed: false,
    stop: async () => undefined,
    kill: refuse,
    restart: refuse,
  };
}
