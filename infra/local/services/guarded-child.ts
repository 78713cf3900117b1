import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface GuardedChild {
  pid: number;
  /** Resolves when the process has ended, however it ended. */
  exited: Promise<void>;
  isRunning(): boolean;
  /** The last lines that it wrote to standard error. */
  lastWords(): string;
  /** SIGTERM, then SIGKILL after two seconds. Resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
}

const keptErrorCharacters = 4_000;
const stopGraceMs = 2_000;

/**
 * Runs a foreign program that does not watch its parent, such that it never outlives us: a shell holds the reading end of
 * a pipe from this process, and when that closes (we ended, by kill -9 too) it kills the program.
 *
 * @throws the `spawn` error where the program cannot be started
 */
export async function startGuarded(
  path: string,
  args: string[],
  environment: NodeJS.ProcessEnv,
): Promise<GuardedChild> {
  // Process groups of their own: Ctrl-C in the terminal reaches us alone, and we stop them in order.
  const child = spawn(path, args, { detached: true, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const guard = spawn('/bin/sh', ['-c', 'while read -r _; do :; done; kill -9 "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => child.kill('SIGKILL'));
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-keptErrorCharacters);
  });
  const exited = once(child, 'exit').then(() => {
    // Before its number can belong to another process.
    guard.kill('SIGKILL');
  });
  return {
    pid,
    exited,
    isRunning: () => isRunning(child),
    lastWords: () => words.trim(),
    stop: () => end(child, exited, 'SIGTERM'),
    kill: () => end(child, exited, 'SIGKILL'),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess, exited: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return;
  child.kill(signal);
  const harder = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exited;
  clearTimeout(harder);
}
