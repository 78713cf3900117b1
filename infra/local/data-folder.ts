import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../functions/cli/make-folder.ts';
import { LocalError } from './local-error.ts';
import type { StackDescription } from './stack-description.ts';
import { type Lock, tryLock } from './stack-lock.ts';

const lockName = 'stack.lock';
export const descriptionName = 'stack.json';
/** How far a movable clock is ahead. */
export const clockName = 'clock.json';
/** Everything that a stack, or the demo, puts into its folder. */
const stackParts = ['data', 'logs', 'checkpoints', 'papers', 'schedules.json', clockName, descriptionName];

/**
 * Takes a data folder for one stack, and with `fresh` removes what an earlier one left in it.
 *
 * @throws LocalError `folder-not-writable`; `already-running` where another stack has it; `invalid-options` where it is a file, or `fresh` would
 * delete what is not ours; `data-damaged` where the lock is none of a stack's.
 */
export function claimDataFolder(folder: string, fresh: boolean): Lock {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    const remedy = 'Give a folder, or the name of a new one.';
    throw new LocalError('invalid-options', `${folder} is a file, and a stack keeps its data in a folder. ${remedy}`);
  }
  if (fresh) checkOurs(folder);
  const isOurs = !existsSync(folder) || existsSync(join(folder, lockName));
  requireWritable(folder, 0o700);
  // Names, addresses and evidence lie there: for this account alone, what an earlier version made too.
  if (isOurs) chmodSync(folder, 0o700);
  const lock = tryLock(join(folder, lockName));
  if (!lock) throw alreadyRunning(folder);
  // Of a stack that was killed.
  rmSync(join(folder, descriptionName), { force: true });
  if (fresh) {
    // By name: another stack may have its own folder in this one, as the demo has.
    for (const name of stackParts) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return lock;
}

/** What a table takes with it when it is lost: itself, and how far its stream was read. */
export function loseTable(folder: string): void {
  for (const name of ['data/dynamodb', 'checkpoints']) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Makes a folder where there is none. @throws LocalError `folder-not-writable` where this user may not write there. */
export function requireWritable(folder: string, mode?: number): void {
  try {
    makeFolder(folder, mode);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const remedy = 'Run it as a user who may write there, or in a clone of your own.';
    throw new LocalError('folder-not-writable', `${folder} cannot be written (${why}). ${remedy}`, { cause: error });
  }
}

function checkOurs(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0 || existsSync(join(folder, lockName))) return;
  throw new LocalError(
    'invalid-options',
    `${folder} holds something else than a local stack. Choose an empty or a new folder; nothing was deleted.`,
  );
}

function alreadyRunning(folder: string): LocalError {
  const running = readDescription(folder);
  const who = running ? `process ${running.pid}, inbox ${running.inbox}` : 'it is just starting';
  const remedy = running
    ? `Use it, or stop it with Ctrl-C in its terminal or kill ${running.pid}.`
    : 'Use it, or stop it first.';
  return new LocalError('already-running', `A local stack is already running on ${folder} (${who}). ${remedy}`);
}

/** Whole or not at all: the command line may be reading it. */
export function writeDescription(folder: string, description: StackDescription): void {
  const file = join(folder, descriptionName);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(description, null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}

export function readDescription(folder: string): StackDescription | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, descriptionName), 'utf8')) as StackDescription;
  } catch {
    return undefined;
  }
}
