import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { claimDataFolder, loseTable, requireWritable } from '../../../infra/local/data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that is not there is made', () => {
  expect(() => requireWritable(join(folder, 'new', 'deeper'))).not.toThrow();
});

// Root may write anywhere: a file where a folder is wanted stands for one that cannot be written.
test('a folder that cannot be written is named, with the remedy', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => requireWritable(join(folder, 'file', 'inside'))).toThrow(
    expect.objectContaining({
      code: 'folder-not-writable',
      message: expect.stringMatching(/inside cannot be written .*clone of your own/),
    }),
  );
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a data folder is for its owner alone, and so is one that an earlier version made', () => {
  const outer = join(folder, 'outer');
  const data = join(outer, 'demo');
  claimDataFolder(data, false).release();
  expect([modeOf(outer), modeOf(data)]).toEqual([0o700, 0o700]);
  chmodSync(data, 0o755);
  claimDataFolder(data, false).release();
  expect(modeOf(data)).toBe(0o700);
});

test('a folder that is not ours keeps its mode', () => {
  const others = join(folder, 'others');
  mkdirSync(others);
  chmodSync(others, 0o755);
  claimDataFolder(others, false).release();
  expect(modeOf(others)).toBe(0o755);
});

test('losing the table loses nothing else', () => {
  const data = join(folder, 'stack');
  for (const part of ['data/dynamodb', 'data/s3', 'data/ses', 'checkpoints'])
    mkdirSync(join(data, part), { recursive: true });
  loseTable(data);
  const left = ['data/dynamodb', 'data/s3', 'data/ses', 'checkpoints'].filter((part) => existsSync(join(data, part)));
  expect(left).toEqual(['data/s3', 'data/ses']);
});
