import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDescription } from '../../infra/local/data-folder.ts';
import type { ServiceName } from '../../infra/local/services/process.ts';
import type { StackOptions } from '../../infra/local/stack.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';

/** A running stack as its operator sees it from another process. */
export interface Runtime {
  description(): StackDescription;
  isUp(): boolean;
  /** Of the runtime itself and of every process of its own. */
  pids(): Promise<number[]>;
  order(path: 'run-schedule' | 'drain' | 'kill' | 'restore', body: Record<string, unknown>): Promise<unknown>;
  /** SIGKILL to the runtime: services and functions end with it. */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same ports. */
  launch(): Promise<void>;
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, 'stack-runtime.ts');
/** After a kill the ports take a moment. */
const launchTries = 40;
const launchPauseMs = 250;

/** `abort`: kills it, also while it is being started. */
export async function startRuntime(options: StackOptions, abort?: AbortSignal): Promise<Runtime> {
  let child: ChildProcess | undefined;
  let description: StackDescription | undefined;

  const launchOnce = async (): Promise<string | undefined> => {
    const ports = description && portsOf(description);
    const launched = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', script, JSON.stringify({ ...options, ...(ports && { ports }) })],
      { stdio: ['pipe', 'pipe', 'pipe'], detached: true, killSignal: 'SIGKILL', ...(abort && { signal: abort }) },
    );
    let words = '';
    launched.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2_000);
    });
    const ready = await Promise.race([once(launched.stdout, 'data'), once(launched, 'exit').then(() => undefined)]);
    if (!ready) return words;
    child = launched;
    description = readDescription(options.dataFolder);
    return undefined;
  };
  const launch = async () => {
    for (let tries = 1; ; tries++) {
      const failure = await launchOnce();
      if (failure === undefined) return;
      if (tries >= launchTries || !/^(port-in-use|already-running|service-failed)/.test(failure)) {
        throw new Error(`the stack does not start: ${failure}`);
      }
      await sleep(launchPauseMs);
    }
  };
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (!child || !isUp()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await launch();
  const current = () => description as StackDescription;
  return {
    description: current,
    isUp,
    launch,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async pids() {
      const { pids } = (await (await fetch(current().admin)).json()) as { pids: number[] };
      return [child?.pid ?? 0, ...pids];
    },
    async order(path, body) {
      const answer = await fetch(`${current().admin}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const said: unknown = await answer.json();
      if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(said)}`);
      return said;
    },
  };
}

function portsOf({
  endpoints,
  admin,
  issuer,
}: StackDescription): Record<ServiceName | 'admin' | 'http' | 'oidc', number> {
  const port = (url: string) => Number(new URL(url).port);
  return {
    dynamodb: port(endpoints.dynamodb),
    sqs: port(endpoints.sqs),
    ses: port(endpoints.ses),
    s3: port(endpoints.s3),
    kms: port(endpoints.kms),
    admin: port(admin),
    http: port(endpoints.http),
    oidc: port(issuer),
  };
}
