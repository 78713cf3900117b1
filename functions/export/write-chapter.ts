import type { NameSeal } from '../domain/apprentice-seal.ts';
import type { Head } from '../domain/checkpoint.ts';
import type { Framework } from '../domain/framework.ts';
import type { Program } from '../domain/program.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { ExportPorts } from './export-ports.ts';
import { type Bundle, programVersion, proofOf } from './open-bundle.ts';
import type { ReadEnrollment } from './read-ahead.ts';

export type ChapterRecord = {
  head: Head;
  record: EnrollmentRecord;
  nameSeal: NameSeal;
  issued: readonly string[];
  framework: Framework;
  evidence: ReadEnrollment['evidence'];
};

/** Has one enrollment's chapter written, and puts into the bundle every version of the program that it was judged by. */
export async function writeChapter(ports: ExportPorts, bundle: Bundle, parts: ChapterRecord): Promise<void> {
  const { head, record, nameSeal, issued, framework } = parts;
  const { enrollment } = record.enrollment;
  const versions = new Map<string, Program | undefined>();
  for (const { facts } of bundle.facts.summaries ? record.ledger : []) {
    if (facts.programHash === undefined) continue;
    const hash = String(facts.programHash);
    if (!versions.has(hash)) versions.set(hash, await programVersion(ports, bundle, hash));
  }
  const { facts } = bundle;
  const shared = { facts, proof: proofOf(bundle, head), readers: bundle.readers.of(enrollment) };
  const written = parts
    .evidence()
    .then((evidence) =>
      ports.chapters.write({ ...shared, head, record, nameSeal, issued, framework, versions, evidence }),
    );
  // Told when it is its turn.
  written.catch(() => undefined);
  bundle.chapters.push({ enrollment, written });
  await putChapters(bundle, ahead);
}

/** Chapters that are written while the next enrollments are read. */
const ahead = 8;

/** Puts chapters into the bundle, in the order of their enrollments, until so many are left. */
export async function putChapters({ chapters, text, sink, counts }: Bundle, left: number): Promise<void> {
  while (chapters.length > left) {
    const [first] = chapters.splice(0, 1);
    if (!first) return;
    const chapter = await first.written;
    // What it stands on is told before it.
    await text.flush(true);
    for (const { path, content, head } of chapter.texts) await sink.append(path, content, head);
    for (const [name, count] of Object.entries(chapter.counts)) counts[name as keyof typeof chapter.counts] += count;
    if (chapter.summary) {
      await sink.put(`summaries/${first.enrollment}.pdf`, chapter.summary);
      counts.summaries++;
    }
    chapter.free();
  }
}
