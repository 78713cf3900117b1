import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { clockArguments, movableClock } from '../../../infra/local/movable-clock.ts';
import { temporaryFolder } from '../../contracts/local-service.ts';

function clockFile(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return join(path, 'clock.json');
}

const day = 86_400;

test('what was written before a shift stays before it', () => {
  const clock = movableClock(clockFile());
  const before = Date.now() - 1;
  clock.forward(day);
  clock.forward(day);
  expect(clock.at(before)).toBe(before);
  expect(clock.now() - Date.now()).toBeGreaterThan(2 * day * 1000 - 100);
});

test('a process that runs sees its clock go forward, and its timers do not', async () => {
  const file = clockFile();
  const code = `setInterval(() => console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date])), 30)`;
  const child = spawn(process.execPath, [...clockArguments(file), '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const line = async () => JSON.parse(String((await once(lines, 'line'))[0])) as [number, number, number, boolean];
  expect(Math.abs((await line())[0] - Date.now())).toBeLessThan(5_000);
  movableClock(file).forward(day);
  await expect
    .poll(async () => {
      const [now, made, given, isDate] = await line();
      return [Math.round((now - Date.now()) / 1000 / day), Math.round((made - Date.now()) / 1000 / day), given, isDate];
    })
    .toEqual([1, 1, 5, true]);
});

test('a process started later begins with it', () => {
  const file = clockFile();
  movableClock(file).forward(day);
  const told = execFileSync(process.execPath, [...clockArguments(file), '-p', 'Date.now()'], { encoding: 'utf8' });
  expect(Math.round((Number(told) - Date.now()) / 1000 / day)).toBe(1);
});
