import type { AccessEntry } from '../domain/access.ts';
import type { NameSeal } from '../domain/apprentice-seal.ts';
import type { Checkpoint, Head } from '../domain/checkpoint.ts';
import type { RawItem } from '../domain/evidence.ts';
import type { Framework } from '../domain/framework.ts';
import type { InclusionProof } from '../domain/merkle.ts';
import type { Program } from '../domain/program.ts';
import type { CivilDate, Instant } from '../domain/time.ts';
import type { EnrollmentRecord } from './record-store.ts';

/** What all chapters of one bundle have in common. */
export type BundleFacts = {
  program: Program;
  checkpoint: Checkpoint;
  /** When the bundle was pulled, and the day of it in the program's time zone. */
  madeAt: Instant;
  today: CivilDate;
  unredacted: boolean;
  /** Without them a chapter has no summary. */
  summaries: boolean;
};

/** Who read one enrollment's records, for its summary; `earlier` counts those that are not among the entries. */
export type Readers = { entries: readonly AccessEntry[]; earlier: number };

/** All that a chapter is made of. */
export type ChapterSources = {
  facts: BundleFacts;
  /** As it stood at the checkpoint. */
  record: EnrollmentRecord;
  /** How its name is held against the whole ledger. */
  nameSeal: NameSeal;
  /** The ids of those of its credentials that the bundle is about. */
  issued: readonly string[];
  evidence: readonly RawItem[];
  /** Where its chain stands in the checkpoint. */
  head: Head;
  proof: InclusionProof;
  framework: Framework;
  /** Each version of the program that it was judged by, by hash; undefined where the table lacks it. */
  versions: ReadonlyMap<string, Program | undefined>;
  readers: Readers;
};

/** Some lines or rows of a file that begins with `head`, as text or in UTF-8. */
export type ChapterText = { path: string; head: string; content: string | Uint8Array };

export type ChapterCounts = Record<
  'entries' | 'redacted' | 'evidence' | 'completions' | 'credentials' | 'deliveries',
  number
>;

/** What one enrollment becomes in a bundle: its lines and rows in the order of each file, its summary as a PDF. */
export type Chapter = {
  texts: ChapterText[];
  summary?: Uint8Array;
  counts: ChapterCounts;
  /** Called once nobody looks at its bytes any more. */
  free(): void;
};

/** Writes chapters. Equal sources give equal chapters, whatever was written before. */
export type ChapterWriter = { write(sources: ChapterSources): Promise<Chapter> };
