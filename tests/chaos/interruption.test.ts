import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Ctrl-C as soon as the run has written its own folder, and what it leaves then. */
async function breakOff(script: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-broken-off-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    ...{ cwd: root, env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close');
  const isBegun = () => readdirSync(folder).some((own) => existsSync(join(folder, own, 'stack/stack.json')));
  await expect.poll(isBegun, { timeout: 90_000, interval: 50 }).toBe(true);
  child.kill('SIGINT');
  const [code] = await ended;
  return { code, said, left: readdirSync(folder), folder };
}

test.each([
  ['chaos', 'tests/chaos/chaos.ts', '--short'],
  ['load', 'tests/load/load.ts', '--only', 'hammer'],
])('%s that is broken off leaves nothing, and says so', { timeout: 120_000 }, async (name, script, ...args) => {
  const { code, said, left } = await breakOff(script, ...args);
  expect(said).toMatch(new RegExp(`\\n${name}: broken off; what it wrote is removed\\n$`));
  expect([code, left]).toEqual([130, []]);
});

test('chaos that keeps its folder says where it is', { timeout: 120_000 }, async () => {
  const { code, said, left, folder } = await breakOff('tests/chaos/chaos.ts', '--short', '--keep');
  expect(left).toHaveLength(1);
  expect(said).toContain(`\nchaos: broken off; what it wrote lies in ${join(folder, left[0] ?? '')}\n`);
  expect(code).toBe(130);
});
