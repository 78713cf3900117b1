import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { workerThread } from '../../functions/adapters/thread/worker-thread.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { chaptersIn } from '../../functions/export/chapter-messages.ts';
import type { Chapter, ChapterSources } from '../../functions/ports/chapter-writer.ts';
import { bundleStep } from '../../infra/bundle.ts';
import { auditWorld, verifyBundle } from '../support/audit-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-chapters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = join(import.meta.dirname, '../..');
const worker = new URL('../../functions/export/chapter-worker.ts', import.meta.url);
const inThread = (from = root) => chaptersIn((heapMb) => workerThread(worker, from, heapMb));

/** Files by name, with what is in them. */
function told({ texts, summary, counts }: Chapter) {
  const files = Map.groupBy(texts, ({ path }) => path);
  const words = (each: Chapter['texts']) => each.map(({ content }) => Buffer.from(content as string).toString());
  const written = [...files].map(([path, each]) => [path, each[0]?.head, words(each).join('')]);
  return { written, summary: summary && sha256(summary), counts };
}

/** A world with an issued certificate, and the sources of each chapter that its bundles ask for. */
async function issuedWorld() {
  const world = auditWorld();
  await world.publish();
  await world.enroll();
  await world.complete();
  expect(await world.issue()).toBe('issued');
  await world.checkpoint();
  const asked: ChapterSources[] = [];
  const here = world.exportPorts.chapters;
  world.exportPorts.chapters = {
    write(sources) {
      asked.push(sources);
      return here.write(sources);
    },
  };
  return { world, here, asked };
}

test('a chapter that another thread writes is the same as one written here', async () => {
  const { world, here, asked } = await issuedWorld();
  for (const [i, given] of [{}, { summaries: false }, { unredacted: true }].entries())
    await world.exportTo(join(folder, String(i)), given);
  const there = inThread();
  const chapters = await Promise.all([...asked, ...asked].map((sources) => there.write(sources)));
  expect(chapters.length).toBe(6);
  for (const [i, chapter] of chapters.entries()) {
    const sources = asked[i % 3] as ChapterSources;
    expect(told(chapter)).toEqual(told(await here.write(sources)));
  }
  expect(chapters.map(({ summary }) => summary !== undefined)).toEqual([true, false, true, true, false, true]);
});

test('so is one by the thread that is deployed, which begins anew after a chapter that failed', async () => {
  const { world, here, asked } = await issuedWorld();
  await world.exportTo(join(folder, 'deployed'));
  const [sources] = asked as [ChapterSources];
  const deployed = bundleStep('export', join(folder, 'build'));
  const started: string[] = [];
  const there = chaptersIn((heapMb) => {
    started.push(started.length === 0 ? '/nowhere' : deployed);
    return workerThread(pathToFileURL(join(deployed, 'chapter-worker.js')), started.at(-1) as string, heapMb);
  });
  await expect(there.write(sources)).rejects.toMatchObject({ code: 'thread.failed' });
  expect(told(await there.write(sources))).toEqual(told(await here.write(sources)));
  expect(told(await there.write(sources))).toEqual(told(await here.write(sources)));
  expect(started.length).toBe(2);
});

test('one of tens of thousands of entries has a thread with room for itself, and the next goes on in the usual one', async () => {
  const { world, asked } = await issuedWorld();
  await world.exportTo(join(folder, 'short'));
  const [short] = asked as [ChapterSources];
  const started: number[] = [];
  const there = chaptersIn((heapMb) => {
    started.push(heapMb);
    return workerThread(worker, root, heapMb);
  });
  const [, long, after] = await Promise.all([short, lengthened(short, 50_000), short].map((each) => there.write(each)));
  expect(long?.counts.entries).toBe(50_000);
  expect(after?.counts.entries).toBe(short.record.ledger.length);
  expect(started).toEqual([256, 1536]);
  await expect(there.write(lengthened(short, 130_000))).rejects.toMatchObject({ code: 'chapter.too-long' });
}, 120_000);

/** The same with a ledger that says its first entry again and again: what is written is not judged here. */
function lengthened(sources: ChapterSources, entries: number): ChapterSources {
  const { ledger, ...record } = sources.record;
  const [first] = ledger;
  if (!first) throw new Error('an empty ledger');
  const long = Array.from({ length: entries }, (_, i) => ledger[i] ?? { ...first, seq: i + 1, cause: `again#${i}` });
  return { ...sources, record: { ...record, ledger: long } };
}

test('a bundle whose chapters another thread wrote is genuine', async () => {
  const { world } = await issuedWorld();
  world.exportPorts.chapters = inThread();
  await world.exportTo(join(folder, 'aside'));
  const { exitCode } = await verifyBundle(join(folder, 'aside'), '--key', world.fingerprint);
  expect(exitCode).toBe(0);
});

test('what fails in another thread fails the bundle, and so does a thread that has ended', async () => {
  const { world, asked } = await issuedWorld();
  await world.exportTo(join(folder, 'once'));
  const [sources] = asked as [ChapterSources];
  const failing = inThread('/nowhere');
  await expect(failing.write(sources)).rejects.toMatchObject({ code: 'thread.failed', retryable: false });
  const absent = chaptersIn((heapMb) => workerThread(new URL('file:///nowhere.ts'), root, heapMb));
  await expect(absent.write(sources)).rejects.toMatchObject({ code: 'thread.failed' });
  await expect(absent.write(sources)).rejects.toMatchObject({ code: 'thread.failed' });
});
