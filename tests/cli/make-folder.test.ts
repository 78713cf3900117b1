import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../functions/cli/make-folder.ts';

const place = () => {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test('a folder is made with those above it, each for whom it is said', () => {
  const folder = join(place(), 'a/b/c');
  makeFolder(folder, 0o700);
  expect(statSync(folder).isDirectory()).toBe(true);
  expect(statSync(join(folder, '..')).mode & 0o777).toBe(0o700);
  makeFolder(folder);
});

test('where the system will not have one made, it says so and does not try for ever', () => {
  if (platform() === 'linux') expect(() => makeFolder('/proc/journeypaper/a')).toThrow(/ENOENT|EACCES|EPERM/);
  expect(() => makeFolder(join(import.meta.filename, 'a'))).toThrow('ENOTDIR');
  expect(existsSync(join(import.meta.filename, 'a'))).toBe(false);
});
