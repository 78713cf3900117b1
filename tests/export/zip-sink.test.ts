import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Entry, open } from 'yauzl';
import { saveZip } from '../../functions/adapters/bundle/zip-file.ts';
import { directoryEnd, directoryHeader, localHeader } from '../../functions/adapters/bundle/zip-format.ts';
import { zipSink } from '../../functions/adapters/bundle/zip-sink.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import type { BundleFile } from '../../functions/ports/bundle-sink.ts';
import { unzip } from '../support/unzip.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-zip-'));
const out = join(root, 'bundle.zip');
const madeAt = '2026-03-01T12:00:00.000Z';
const words = 'the same words again and again\n'.repeat(5_000);
const name = 'Łukasz 王小明\n';
let files: BundleFile[];

beforeAll(async () => {
  const { sink, output } = zipSink(madeAt, { partSize: 64 * 1024 });
  const saved = saveZip(output, out);
  for (const line of words.split(/(?<=\n)/)) await sink.append('master.ndjson', line);
  await sink.put('certificates/c1.pdf', new Uint8Array(2_000).fill(7));
  for (let i = 0; i < 9_000; i++) await sink.append('people.csv', name, 'head\n');
  files = await sink.files();
  await sink.append('manifest.json', '{}');
  await sink.end();
  await saved;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const entriesOf = (file: string) =>
  new Promise<Entry[]>((resolve, reject) =>
    open(file, { lazyEntries: false }, (error, zip) => {
      if (error) return reject(error);
      const found: Entry[] = [];
      zip.on('entry', (entry) => found.push(entry));
      zip.on('end', () => resolve(found));
      return zip.on('error', reject);
    }),
  );

test('a file that grows goes on in others, each with its head, and nothing is parted within a text', async () => {
  const folder = join(root, 'unpacked');
  await unzip(out, folder);
  const partsOf = (path: RegExp) => files.filter((file) => path.test(file.path)).map((file) => file.path);
  const numbered = (parts: string[]) =>
    parts.sort((a, b) => Number(/-(\d+)\./.exec(a)?.[1] ?? 1) - Number(/-(\d+)\./.exec(b)?.[1] ?? 1));
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const masters = numbered(partsOf(/^master/));
  expect(masters.slice(0, 3)).toEqual(['master.ndjson', 'master-2.ndjson', 'master-3.ndjson']);
  expect(masters.map(read).join('')).toBe(words);
  const people = numbered(partsOf(/^people/)).map(read);
  expect(people.length).toBeGreaterThan(2);
  expect(people.map((text) => text.slice('head\n'.length)).join('')).toBe(name.repeat(9_000));
  for (const text of people) expect(text.startsWith('head\n') && text.endsWith(name)).toBe(true);
  for (const { path, bytes, sha256: hash } of files) {
    const content = readFileSync(join(folder, path));
    expect([content.length, sha256(content)]).toEqual([bytes, hash]);
  }
});

test('text is compressed, certificates are as they are', async () => {
  const methods = new Map((await entriesOf(out)).map((entry) => [entry.fileName, entry.compressionMethod]));
  expect(methods.get('certificates/c1.pdf')).toBe(0);
  expect(methods.get('master.ndjson')).toBe(8);
  expect(statSync(out).size).toBeLessThan(15_000);
});

test('another program opens it and finds nothing wrong', ({ skip }) => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
  } catch {
    skip('python3 is not installed');
  }
  const said = execFileSync('python3', ['-m', 'zipfile', '-t', out], { encoding: 'utf8' });
  expect(said).toContain('Done testing');
  expect(said).not.toContain('corrupt');
});

test('more files than the old form counts are all there', async () => {
  const many = join(root, 'many.zip');
  const { sink, output } = zipSink(madeAt);
  const saved = saveZip(output, many);
  const bytes = new Uint8Array([1]);
  for (let i = 0; i < 66_000; i++) await sink.put(`certificates/${i}.pdf`, bytes);
  await sink.end();
  await saved;
  expect(await entriesOf(many)).toHaveLength(66_000);
}, 60_000);

test('an entry beyond four gigabytes says where it is', () => {
  const entry = { path: 'a', compressed: false, crc32: 1, size: 3, unpackedSize: 3 };
  const date = new Date(madeAt);
  const far = 5 * 2 ** 32 + 7;
  const header = directoryHeader(entry, date, far);
  expect(header.readUInt32LE(42)).toBe(0xffffffff);
  expect(header.readBigUInt64LE(46 + 1 + 4)).toBe(BigInt(far));
  const end = directoryEnd({ entries: 1, size: header.length, offset: far });
  expect(end.readBigUInt64LE(48)).toBe(BigInt(far));
  expect(end.readBigUInt64LE(56 + 8)).toBe(BigInt(far + header.length));
  expect(localHeader(entry, date)).toHaveLength(31);
});

test('writing waits for whoever reads', async () => {
  const { sink, output } = zipSink(madeAt);
  let taken = 0;
  const slow = pipeline(
    output,
    new Writable({
      highWaterMark: 1,
      write(chunk, _, done) {
        taken += chunk.length;
        setTimeout(done, 1);
      },
    }),
  );
  const megabyte = new Uint8Array(1024 * 1024);
  for (let i = 0; i < 12; i++) {
    await sink.put(`certificates/${i}.pdf`, megabyte);
    expect((i + 1) * megabyte.length - taken).toBeLessThan(8 * megabyte.length);
  }
  await sink.end();
  await slow;
});

test('a reader that goes away is told to whoever writes, instead of waiting for ever', async () => {
  const { sink, output } = zipSink(madeAt);
  output.destroy();
  await expect(
    (async () => {
      for (let i = 0; i < 10; i++) await sink.put(`certificates/${i}.pdf`, new Uint8Array(10));
      await sink.end();
    })(),
  ).rejects.toMatchObject({ code: 'bundle.unwritable' });
});

test('a bundle that fails leaves no file, and one that is there is left alone', async () => {
  const half = join(root, 'half.zip');
  const failing = zipSink(madeAt);
  const saved = saveZip(failing.output, half);
  await failing.sink.put('certificates/1.pdf', new Uint8Array(10));
  failing.fail(new Error('the table went away'));
  await expect(saved).rejects.toMatchObject({ code: 'bundle.unwritable' });
  expect(statSync(half, { throwIfNoEntry: false })).toBeUndefined();
  const before = readFileSync(out);
  const second = zipSink(madeAt);
  await expect(saveZip(second.output, out)).rejects.toMatchObject({
    message: expect.stringContaining('it exists already; give another name'),
  });
  expect(readFileSync(out).equals(before)).toBe(true);
  expect(statSync(out).mode & 0o777).toBe(0o600);
});

test('the same content gives the same bytes', async () => {
  const make = async (file: string) => {
    const { sink, output } = zipSink(madeAt, { partSize: 8 * 1024 });
    const saved = saveZip(output, file);
    for (let i = 0; i < 2_000; i++) await sink.append(i % 3 === 0 ? 'a.csv' : 'b.csv', `${i},${i * i}\n`);
    await sink.end();
    await saved;
    return sha256(readFileSync(file));
  };
  expect(await make(join(root, 'one.zip'))).toBe(await make(join(root, 'two.zip')));
});

test('bytes that were put are the caller’s again, however late the zip is read', async () => {
  const { sink, output } = zipSink(madeAt);
  const bytes = new Uint8Array(1_000);
  for (const [i, path] of [
    'certificates/a.pdf',
    'summaries/a.pdf',
    'certificates/b.pdf',
    'summaries/b.pdf',
  ].entries()) {
    await sink.put(path, bytes.fill(65 + i));
    await new Promise((resume) => setTimeout(resume, 5));
  }
  const late = join(root, 'late.zip');
  const ended = sink.end();
  await Promise.all([ended, saveZip(output, late)]);
  await unzip(late, join(root, 'late'));
  const read = (path: string) => new Set(readFileSync(join(root, 'late', path), 'utf8'));
  expect(read('certificates/a.pdf')).toEqual(new Set('A'));
  expect(read('summaries/a.pdf')).toEqual(new Set('B'));
  expect(read('certificates/b.pdf')).toEqual(new Set('C'));
  expect(read('summaries/b.pdf')).toEqual(new Set('D'));
});
