import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { temporaryFolder } from '../contracts/local-service.ts';

export const root = join(import.meta.dirname, '../..');

/** A folder for a stack's data, removed when the test ends. */
export function dataFolder(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return join(path, 'stack');
}

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A script of ours as `npm run` starts it, killed when the test ends. */
export function runScript(
  script: string,
  args: string[],
  options: { environment?: Record<string, string>; nodeArgs?: string[] } = {},
) {
  const child: ChildProcess = spawn(process.execPath, [...(options.nodeArgs ?? []), script, ...args], {
    cwd: root,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  const hear = (stream: 'out' | 'err') => (text: string) => {
    said[stream] += text;
  };
  child.stdout?.setEncoding('utf8').on('data', hear('out'));
  child.stderr?.setEncoding('utf8').on('data', hear('err'));
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({ code, out: said.out, err: said.err }));
  return { child, said, ended };
}

/** What a stack wrote of itself, once it is up. */
export async function awaitStack(
  folder: string,
  { child, ended }: Pick<ReturnType<typeof runScript>, 'child' | 'ended'>,
): Promise<StackDescription> {
  const file = join(folder, 'stack.json');
  let end: Ended | undefined;
  ended.then((each) => {
    end = each;
  });
  for (;;) {
    // One that was killed before may have left its own behind.
    const description = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackDescription) : undefined;
    if (description && description.pid === child.pid) return description;
    if (end) throw new Error(`the stack did not start: ${end.err}${end.out}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The acts of people on a stack, as the command line has them. */
export function actsOn(folder: string): ActPorts {
  const { ports, close } = connect({ stack: join(folder, 'stack.json') }, processWorld());
  onTestFinished(close);
  return { ...ports, clock: systemClock };
}

/** Every process of a stack but the one that answers. */
export async function pidsOf(description: StackDescription): Promise<number[]> {
  const answer = await fetch(description.admin);
  return ((await answer.json()) as { pids: number[] }).pids;
}

/** Whether a process runs; one that has ended and waits for its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
