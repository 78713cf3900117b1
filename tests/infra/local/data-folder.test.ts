import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requireWritable } from '../../../infra/local/data-folder.ts';

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
