import type { Transcript } from '../../domain/credential.ts';
import type { CertificateContent } from '../../ports/certificate-engine.ts';
import { tint } from './ornament.ts';
import type { Sheet } from './sheet.ts';
import { wrap } from './text-fitting.ts';
import { lineOf, type TextLine, type TextStyle, type Typesetter } from './typesetting.ts';
import { dateInWords } from './wording.ts';

/** A piece of a table, drawn between two edges downward from `top`. */
export type TablePart = { height: number; draw(sheet: Sheet, left: number, right: number, top: number): void };
export type Section = { heading: TablePart; rows: TablePart[] };
export type TablePage = TablePart[];

/** Between two sections, in points. */
const sectionGap: TablePart = { height: 20, draw() {} };

/** The transcript's sections that have rows, set for a table of `width` points. */
export function sectionsOf(content: CertificateContent, type: Typesetter, width: number): Section[] {
  const { transcript, template } = content;
  const { words } = template;
  return [
    { title: words.skillSets, lines: transcript.skillSets },
    { title: words.courses, lines: transcript.courses },
    { title: words.certificates, lines: transcript.certificates },
  ]
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => ({
      heading: headingOf(content, type, title),
      rows: lines.map((line) => rowOf(content, type, line, width)),
    }));
}

/**
 * Shares sections out to pages of which the first has `first` points and every other `later`. A row is never split, a
 * heading never stands without a row, and a section that goes on repeats its heading.
 */
export function paginate(sections: Section[], room: { first: number; later: number }): TablePage[] {
  const pages: TablePage[] = [];
  let left = 0;
  const place = (part: TablePart) => {
    pages.at(-1)?.push(part);
    left -= part.height;
  };
  const turn = () => {
    left = pages.length === 0 ? room.first : room.later;
    pages.push([]);
  };
  for (const { heading, rows } of sections) {
    const needed = sectionGap.height + heading.height + (rows[0]?.height ?? 0);
    if (pages.length === 0 || needed > left) turn();
    else place(sectionGap);
    place(heading);
    for (const row of rows) {
      if (row.height > left) {
        turn();
        place(heading);
      }
      place(row);
    }
  }
  return pages;
}

function headingOf({ template }: CertificateContent, type: Typesetter, title: string): TablePart {
  const { colours, words } = template;
  const name: TextStyle = { face: 'bold', size: 12, colour: colours.accent, smallCaps: true, tracking: 60 };
  const column: TextStyle = { face: 'italic', size: 10, colour: colours.ink };
  const [nameLine, columnLine] = [
    lineOf(type, [{ text: title, style: name }]),
    lineOf(type, [{ text: words.dateCompleted, style: column }]),
  ];
  return {
    height: 22,
    draw(sheet, left, right, top) {
      sheet.text(nameLine, left, top - 13);
      sheet.textEnding(columnLine, right, top - 13);
      sheet.rule(left, right, top - 19, 0.7, colours.accent);
    },
  };
}

function rowOf(
  { template }: CertificateContent,
  type: Typesetter,
  line: Transcript['skillSets'][number],
  width: number,
): TablePart {
  const { colours, language } = template;
  const style: TextStyle = { face: 'regular', size: 10.5, colour: colours.ink };
  const date = lineOf(type, [{ text: dateInWords(line.on, language), style: { ...style, tabular: true } }]);
  const texts: TextLine[] = wrap(type, [{ text: line.text, style }], width - dateColumn);
  const height = lineHeight * texts.length + rowAir;
  const hairline = tint(colours.rule, '#ffffff', 0.55);
  return {
    height,
    draw(sheet, left, right, top) {
      texts.forEach((text, i) => {
        sheet.text(text, left, top - lineHeight * (i + 1) + 1);
      });
      sheet.textEnding(date, right, top - lineHeight + 1);
      sheet.rule(left, right, top - height + 2, 0.3, hairline);
    },
  };
}

/** Points: the widest date in words, with air. */
const dateColumn = 120;
const lineHeight = 13.5;
const rowAir = 5.5;
