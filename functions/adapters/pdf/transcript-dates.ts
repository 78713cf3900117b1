import { number } from './file/pdf-text.ts';
import type { DateTexts, Individual, Shown } from './layout/individual.ts';
import type { DateColumn, DateSlot } from './layout/sheet.ts';
import { dateInWords } from './layout/wording.ts';

/** Of one column: some six years of days. */
const maxDates = 2_200;

/**
 * The dates of one page of a transcript. There may be hundreds on a certificate, so each is remembered as it is shown,
 * and font and colour are set only where they change.
 */
export function transcriptDates(slots: readonly DateSlot[], individual: Individual, language: string): string {
  let out = '';
  let state = '';
  for (const { column, line, open, close } of slots) {
    const { x, shown } = shownDate(individual.transcriptDates[line] ?? '', column, individual, language);
    if (shown.state !== state) out += shown.state;
    state = shown.ends ? shown.state : '';
    out += open;
    out += x;
    out += close;
    out += shown.operators;
    out += 'ET EMC\n';
  }
  return out;
}

function shownDate(
  date: string,
  column: DateColumn,
  individual: Individual,
  language: string,
): { x: string; shown: Shown } {
  let texts: DateTexts | undefined = individual.dateTexts.get(column);
  if (!texts) {
    texts = new Map();
    individual.dateTexts.set(column, texts);
  }
  const known = texts.get(date);
  if (known) return known;
  const words = dateInWords(date, language);
  const shown = individual.phrase(words, column.style);
  const made = { x: number(column.rtl ? column.edge : column.edge - shown.width), shown };
  if (individual.isRemembered(words, column.style)) {
    if (texts.size >= maxDates) texts.clear();
    texts.set(date, made);
  }
  return made;
}
