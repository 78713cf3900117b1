import { childOf, type StructureElement } from '../file/structure-element.ts';
import { type Design, transcriptMargin } from './design.ts';
import { tint } from './ornament.ts';
import type { DateColumn, Sheet } from './sheet.ts';
import { wrap } from './text-fitting.ts';
import { lineOf, type TextStyle } from './typesetting.ts';
import type { Section } from './wording.ts';

/** A piece of a table, drawn between two edges downward from `top`. `leads`: it never stands last on a page. */
export type TablePart = {
  height: number;
  leads?: boolean;
  draw(sheet: Sheet, left: number, right: number, top: number): void;
};
/** `heading` is read once; `again` is drawn where the section goes on over a page. */
export type SectionParts = { heading: TablePart; again: TablePart; rows: TablePart[] };
export type TablePage = TablePart[];

/** Between two sections, in points. */
const sectionGap: TablePart = { height: 20, draw() {} };

/** The transcript's sections, set for a table of `width` points, each a table of the structure tree. */
export function sectionParts(design: Design, parent: StructureElement, width: number): SectionParts[] {
  let printed = 0;
  const columns = dateColumns(design, width);
  return design.shared.sections.map((section) => {
    const table = childOf(parent, 'Table');
    const head = childOf(childOf(table, 'THead'), 'TR');
    const body = childOf(table, 'TBody');
    const rows = section.lines.flatMap(({ text, skills }) => [
      rowOf(design, body, columns, { text, index: printed++, kind: skills.length > 0 ? 'set' : 'line' }, width),
      ...skills.map((skill) => rowOf(design, body, columns, { text: skill, index: printed++, kind: 'skill' }, width)),
    ]);
    return { heading: headingOf(design, section, head), again: headingOf(design, section), rows };
  });
}

/**
 * Shares sections out to pages of which the first has `first` points and every other `later`. A row is never split, a
 * heading never stands without a row, and a section that goes on repeats its heading.
 */
export function paginate(sections: SectionParts[], room: { first: number; later: number }): TablePage[] {
  const pages: TablePage[] = [];
  let left = 0;
  const put = (part: TablePart) => {
    pages.at(-1)?.push(part);
    left -= part.height;
  };
  const turn = () => {
    left = pages.length === 0 ? room.first : room.later;
    pages.push([]);
  };
  for (const { heading, again, rows } of sections) {
    const needed = sectionGap.height + heading.height + heightFrom(rows, 0);
    if (pages.length === 0 || needed > left) turn();
    else put(sectionGap);
    put(heading);
    rows.forEach((row, i) => {
      if (i > 0 && heightFrom(rows, i) > left) {
        turn();
        put(again);
      }
      put(row);
    });
  }
  return pages;
}

/** What must stand together from a row on: a skill set with its first skill. */
function heightFrom(rows: TablePart[], at: number): number {
  const row = rows[at];
  if (!row) return 0;
  return row.height + (row.leads ? heightFrom(rows, at + 1) : 0);
}

/** Without a row of its own it is not read: a repetition on a later page. */
function headingOf({ shared, type }: Design, { title }: Section, row?: StructureElement): TablePart {
  const { colours, words, rtl } = shared;
  const name: TextStyle = { face: 'regular', size: 12.5, colour: colours.accent, smallCaps: true, tracking: 70 };
  const column: TextStyle = { face: 'italic', size: 10, colour: colours.ink };
  const nameLine = lineOf(type, [{ text: title, style: name }]);
  const columnLine = lineOf(type, [{ text: words.dateCompleted, style: column }]);
  return {
    height: 22,
    draw(sheet, left, right, top) {
      const [start, end] = rtl ? [sheet.textEnding, sheet.text] : [sheet.text, sheet.textEnding];
      const drawCell = (draw: () => void) =>
        row ? sheet.tagged(childOf(row, 'TH', { scope: 'Column' }), draw) : sheet.artifact(draw, 'Header');
      drawCell(() => start(nameLine, rtl ? right : left, top - 13));
      drawCell(() => end(columnLine, rtl ? left : right, top - 13));
      sheet.artifact(() => sheet.rule(left, right, top - 19, 0.7, colours.accent));
    },
  };
}

type Line = { text: string; index: number; kind: 'line' | 'set' | 'skill' };

function rowOf(
  { shared, type }: Design,
  body: StructureElement,
  columns: Record<Line['kind'], DateColumn>,
  line: Line,
  width: number,
): TablePart {
  const { colours, rtl } = shared;
  const style: TextStyle = {
    face: line.kind === 'set' ? 'bold' : 'regular',
    size: sizes[line.kind],
    colour: colours.ink,
  };
  const indent = line.kind === 'skill' ? skillIndent : 0;
  const lineHeight = style.size * leading;
  const texts = wrap(type, [{ text: line.text, style }], width - dateColumn - indent);
  const height = lineHeight * texts.length + (line.kind === 'skill' ? skillAir : rowAir);
  const hairline = tint(colours.rule, '#ffffff', line.kind === 'skill' ? 0.3 : 0.55);
  return {
    height,
    leads: line.kind === 'set',
    draw(sheet, left, right, top) {
      const row = childOf(body, 'TR');
      const heads = line.kind === 'skill' ? childOf(row, 'TD') : childOf(row, 'TH', { scope: 'Row' });
      const x = rtl ? right - indent : left + indent;
      sheet.tagged(heads, () => {
        texts.forEach((text, i) => {
          const y = top - lineHeight * (i + 1) + 1;
          if (rtl) sheet.textEnding(text, x, y);
          else sheet.text(text, x, y);
        });
      });
      sheet.dateSlot(childOf(row, 'TD'), columns[line.kind], line.index, top - lineHeight + 1);
      sheet.artifact(() =>
        sheet.rule(left + (rtl ? 0 : indent), right - (rtl ? indent : 0), top - height + 2, 0.3, hairline),
      );
    },
  };
}

const sizes = { line: 10.5, set: 10.5, skill: 9.5 };

function dateColumns({ shared }: Design, width: number): Record<Line['kind'], DateColumn> {
  const { colours, rtl } = shared;
  const column = (kind: Line['kind']): DateColumn => ({
    style: { face: 'regular', size: sizes[kind], colour: colours.ink },
    edge: transcriptMargin.side + (rtl ? 0 : width),
    rtl,
  });
  const [line, skill] = [column('line'), column('skill')];
  return { line, set: line, skill };
}

/** Points: the widest date in words, with air. */
const dateColumn = 120;
const leading = 13.5 / 10.5;
const rowAir = 5.5;
const skillAir = 4.5;
const skillIndent = 14;
