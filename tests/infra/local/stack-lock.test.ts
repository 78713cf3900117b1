import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimDataFolder } from '../../../infra/local/data-folder.ts';
import { tryLock } from '../../../infra/local/stack-lock.ts';
import { temporaryFolder } from '../../contracts/local-service.ts';

const lockModule = join(import.meta.dirname, '../../../infra/local/stack-lock.ts');

function folder(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return path;
}

async function holdElsewhere(file: string) {
  const script = `import { tryLock } from ${JSON.stringify(lockModule)}; console.log(tryLock(${JSON.stringify(file)}) ? 'held' : 'busy'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [text] = await once(child.stdout, 'data');
  return { child, said: String(text).trim() };
}

test('one process at a time holds the lock', () => {
  const file = join(folder(), 'lock');
  const lock = tryLock(file);
  expect(lock).toBeDefined();
  expect(tryLock(file)).toBeUndefined();
  lock?.release();
  const again = tryLock(file);
  expect(again).toBeDefined();
  again?.release();
});

test('a process that is killed leaves no lock behind', async () => {
  const file = join(folder(), 'lock');
  const { child, said } = await holdElsewhere(file);
  expect(said).toBe('held');
  expect(tryLock(file)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = tryLock(file);
  expect(lock).toBeDefined();
  lock?.release();
});

test('a second stack on the same data hears who has it', () => {
  const path = folder();
  const lock = claimDataFolder(path, false);
  expect(() => claimDataFolder(path, false)).toThrow(/already running on .*Use it, or stop it/);
  lock.release();
});

test("emptying a folder that is not a stack's is refused", () => {
  expect(() => claimDataFolder(import.meta.dirname, true)).toThrow(/nothing was deleted/);
});
