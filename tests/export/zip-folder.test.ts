import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Entry, open } from 'yauzl';
import { folderSink } from '../../functions/adapters/bundle/folder-sink.ts';
import { writeZip } from '../../functions/adapters/bundle/zip-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-zip-'));
const folder = join(root, 'bundle');
const out = join(root, 'bundle.zip');
const madeAt = '2026-03-01T12:00:00.000Z';
const words = 'the same words again and again\n'.repeat(5_000);

beforeAll(async () => {
  const sink = folderSink(folder);
  await sink.append('master.ndjson', words);
  await sink.append('certificates/c1.pdf', new Uint8Array(2_000).fill(7));
  await writeZip(folder, await sink.files(), madeAt, out);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const entries = () =>
  new Promise<Entry[]>((resolve, reject) =>
    open(out, { lazyEntries: false }, (error, zip) => {
      if (error) return reject(error);
      const found: Entry[] = [];
      zip.on('entry', (entry) => found.push(entry));
      zip.on('end', () => resolve(found));
      return zip.on('error', reject);
    }),
  );

test('a zip holds what the folder holds, the text compressed and the certificates as they are', async () => {
  const found = await entries();
  expect(found.map((entry) => [entry.fileName, entry.uncompressedSize, entry.compressionMethod])).toEqual([
    ['certificates/c1.pdf', 2_000, 0],
    ['master.ndjson', words.length, 8],
  ]);
  expect(statSync(out).size).toBeLessThan(6_000);
});

test('a zip is opened by another program', ({ skip }) => {
  let listing = '';
  try {
    listing = execFileSync('python3', ['-m', 'zipfile', '-l', out], { encoding: 'utf8' });
  } catch {
    skip('python3 is not installed');
  }
  expect(listing).toContain('master.ndjson');
});

test('a zip and a bundle are readable by their owner alone', () => {
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'master.ndjson')).mode & 0o777).toBe(0o600);
});

test('a zip is never written over another', async () => {
  await expect(writeZip(folder, [{ path: 'master.ndjson' }], madeAt, out)).rejects.toMatchObject({
    code: 'bundle.unwritable',
    message: expect.stringContaining('it exists already; give another name'),
  });
  expect(readFileSync(out).length).toBeGreaterThan(0);
});

test('a folder that holds a bundle already is refused, and named', async () => {
  const sink = folderSink(folder);
  await expect(sink.append('master.ndjson', words).then(() => sink.files())).rejects.toMatchObject({
    code: 'bundle.unwritable',
    message: expect.stringContaining(folder),
  });
});
