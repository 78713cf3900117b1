/** A label and what is said under it. */
export type SummaryFact = readonly [label: string, value: string];

/** What a summary is made of, in the order in which it is read. */
export type SummaryBlock =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: readonly SummaryFact[] }
  /** A title, how it stands, and what is told of it: paragraphs, each of some lines. */
  | { kind: 'entry'; title: string; standing: string; paragraphs: readonly (readonly string[])[] }
  /** `shares`: of the width, by column. Cells are as many as columns. */
  | { kind: 'table'; columns: readonly string[]; shares: readonly number[]; rows: readonly (readonly string[])[] };

export type SummarySection = { heading: string; blocks: readonly SummaryBlock[] };

/** One record on paper. Equal content gives equal bytes: nothing is read from a clock or a random source. */
export type SummaryContent = {
  title: string;
  /** Whom and what it is about, and until when. */
  under: readonly string[];
  /** At the head of every later page. */
  running: string;
  /** At the foot of every page, beside its number. */
  foot: string;
  author: string;
  /** Names the document among others. */
  id: string;
  /** The instant that the file says it was made at. */
  madeAt: string;
  language: string;
  page: 'letter' | 'a4';
  sections: readonly SummarySection[];
};

/**
 * Sets a record as a PDF for people. What no font prints is shown as its code points: a record is never refused for what
 * somebody wrote into it.
 */
export type SummaryEngine = { render(content: SummaryContent): Promise<Uint8Array> };
