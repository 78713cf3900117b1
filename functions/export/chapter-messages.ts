import type { Framework } from '../domain/framework.ts';
import type { Program } from '../domain/program.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { BundleFacts, Chapter, ChapterSources, ChapterWriter } from '../ports/chapter-writer.ts';
import type { Answered, Thread } from '../ports/thread.ts';

/*
 * Chapters that another thread writes. The thread keeps what many chapters stand on, so that each goes over once: the
 * facts of the bundle, and by their hashes frameworks and versions of the program.
 */

type AskedChapter = Omit<ChapterSources, 'facts' | 'framework' | 'versions'> & {
  facts?: BundleFacts;
  /** Those that have not gone over before. */
  frameworks: [hash: string, Framework][];
  programs: [hash: string, Program | null][];
  /** Which of them the chapter stands on. */
  framework: string;
  versions: string[];
};

/** Bytes of the texts, then those of the summary, come behind. */
type AnsweredChapter = {
  texts: { path: string; head: string; bytes: number }[];
  summary: boolean;
  counts: Chapter['counts'];
};

/** The most entries and pieces of evidence of a chapter in the room of each kind of thread; ten times what anybody has. */
const longFrom = 15_000;
const longest = 120_000;
const heapMb = { usual: 256, long: 1536 };

/** A thread, and what has gone over to it. */
type Writing = { thread: Thread; frameworks: Set<string>; programs: Set<string>; facts?: BundleFacts };

/**
 * Chapters that another thread writes, begun with the first of them. Where one fails its bundle does, and the thread is
 * ended with it; the next chapter has a new one. A chapter of many thousand entries has a thread with room for itself;
 * one that would not fit there either rejects with `chapter.too-long`.
 */
export function chaptersIn(start: (heapMb: number) => Thread): ChapterWriter {
  const begun = (heap: number): Writing => ({ thread: start(heap), frameworks: new Set(), programs: new Set() });
  let current: Writing | undefined;
  return {
    async write(sources) {
      const { record, evidence } = sources;
      const length = record.ledger.length + evidence.length;
      if (length > longest)
        throw new AdapterError(
          'chapter.too-long',
          `enrollment ${record.enrollment.enrollment}: ${length} entries and pieces of evidence, and a bundle takes ${longest}`,
          { retryable: false },
        );
      if (length > longFrom) {
        const own = begun(heapMb.long);
        const chapter = await writeIn(own, sources).finally(() => own.thread.end());
        return { ...chapter, free: () => undefined };
      }
      current ??= begun(heapMb.usual);
      const known = current;
      try {
        return await writeIn(known, sources);
      } catch (error) {
        if (current === known) current = undefined;
        known.thread.end();
        throw error;
      }
    },
  };
}

async function writeIn(known: Writing, sources: ChapterSources): Promise<Chapter> {
  const { framework, versions, ...own } = sources;
  const { hash } = own.record.enrollment.framework;
  const asked: AskedChapter = {
    ...own,
    framework: hash,
    versions: [...versions.keys()],
    frameworks: known.frameworks.has(hash) ? [] : [[hash, framework]],
    programs: [...versions].flatMap(([of, version]) => (known.programs.has(of) ? [] : [[of, version ?? null]])),
  };
  if (known.facts === own.facts) delete asked.facts;
  known.facts = own.facts;
  known.frameworks.add(hash);
  // What the table lacks it may have when the next bundle is asked for.
  for (const [of, version] of versions) if (version) known.programs.add(of);
  return readChapter(await known.thread.ask(JSON.stringify(asked)));
}

function readChapter({ text, bytes, free }: Answered): Chapter {
  const { texts, summary, counts } = JSON.parse(text) as AnsweredChapter;
  let at = 0;
  const written = texts.map(({ path, head, bytes: length }) => {
    at += length;
    return { path, head, content: bytes.subarray(at - length, at) };
  });
  return { texts: written, counts, free, ...(summary && { summary: bytes.subarray(at) }) };
}

/** The other end: what answers there, with the bytes in the room that it is given. */
export function chapterAnswers(writer: ChapterWriter) {
  const frameworks = new Map<string, Framework>();
  const programs = new Map<string, Program | undefined>();
  let facts: BundleFacts | undefined;
  return async (text: string, room: Room) => {
    const asked = JSON.parse(text) as AskedChapter;
    facts = asked.facts ?? facts;
    for (const [hash, framework] of asked.frameworks) frameworks.set(hash, framework);
    for (const [hash, version] of asked.programs) programs.set(hash, version ?? undefined);
    const framework = frameworks.get(asked.framework);
    if (!facts || !framework) throw new Error('a chapter was asked for without what it stands on');
    const versions = new Map(asked.versions.map((hash) => [hash, programs.get(hash)]));
    return inBytes(await writer.write({ ...asked, facts, framework, versions }), room);
  };
}

type Room = (length: number) => Buffer;

function inBytes({ texts, summary, counts }: Chapter, room: Room): Omit<Answered, 'free'> {
  const lengths = texts.map(({ content }) => Buffer.byteLength(content));
  const sum = lengths.reduce((total, length) => total + length, summary?.length ?? 0);
  const bytes = room(sum);
  let at = 0;
  for (const { content } of texts)
    at += typeof content === 'string' ? bytes.write(content, at) : set(bytes, content, at);
  if (summary) bytes.set(summary, at);
  const answered: AnsweredChapter = {
    texts: texts.map(({ path, head }, i) => ({ path, head, bytes: lengths[i] ?? 0 })),
    summary: summary !== undefined,
    counts,
  };
  return { text: JSON.stringify(answered), bytes };
}

function set(into: Uint8Array, content: Uint8Array, at: number): number {
  into.set(content, at);
  return content.length;
}
