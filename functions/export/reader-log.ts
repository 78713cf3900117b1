import type { AccessEntry } from '../domain/access.ts';
import type { Readers } from '../ports/chapter-writer.ts';

export type ReaderLog = {
  add(entry: AccessEntry): void;
  of(enrollment: string): Readers;
};

/**
 * Remembers the latest reads of each enrollment and of the program as a whole: so many, since a program is read without
 * end and the bundle's tables have all of them.
 */
export function readerLog(program: string, mostOfEach: number): ReaderLog {
  const bySubject = new Map<string, { entries: AccessEntry[]; earlier: number }>();
  return {
    add(entry) {
      let known = bySubject.get(entry.subject);
      if (!known) {
        known = { entries: [], earlier: 0 };
        bySubject.set(entry.subject, known);
      }
      known.entries.push(entry);
      if (known.entries.length <= mostOfEach) return;
      known.entries.shift();
      known.earlier++;
    },
    of(enrollment) {
      const found = [bySubject.get(enrollment), bySubject.get(program)].filter((each) => each !== undefined);
      const entries = found.flatMap((each) => each.entries).sort((a, b) => (a.at < b.at ? -1 : 1));
      return { entries, earlier: found.reduce((sum, each) => sum + each.earlier, 0) };
    },
  };
}
