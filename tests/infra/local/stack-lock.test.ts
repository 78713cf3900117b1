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

/** Takes the lock in a process that keeps no hold of it, and collects what nothing refers to before it says so. */
async function holdElsewhere(file: string) {
  const script = `import { tryLock } from ${JSON.stringify(lockModule)};
    const said = tryLock(${JSON.stringify(file)}) ? 'held' : 'busy';
    setTimeout(() => { gc(); setTimeout(() => console.log(said), 50); });
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module-typescript', '--eval', script], {
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

test('a process holds its lock for as long as it runs, and leaves none behind when it is killed', async () => {
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
