import type { SummaryBlock, SummaryContent } from '../../../ports/summary-engine.ts';
import { childOf, type StructureElement } from '../file/structure-element.ts';
import type { Pages, RowCell } from './pages.ts';
import type { SummaryStyle, TextSetter } from './set-text.ts';

const ink = '#000000';
const styles = {
  title: { face: 'bold', size: 18, colour: ink },
  under: { face: 'regular', size: 10.5, colour: ink },
  heading: { face: 'bold', size: 12.5, colour: ink },
  entry: { face: 'bold', size: 9, colour: ink },
  body: { face: 'regular', size: 9, colour: ink },
  small: { face: 'regular', size: 8.2, colour: ink },
  head: { face: 'bold', size: 8.2, colour: ink },
} satisfies Record<string, SummaryStyle>;
const leading = 1.28;
const indent = 12;
/** Between the columns of a table. */
const gutter = 8;

/** Draws a record's title and sections, and gives back the root of what is read. */
export function drawBlocks(content: SummaryContent, set: TextSetter, pages: Pages): StructureElement {
  const tree: StructureElement = { type: 'Document', kids: [] };
  const width = pages.right - pages.left;
  const text = (element: StructureElement, given: string, style: SummaryStyle, inset = 0) =>
    pages.text(element, set.lines(given, style, width - inset), style.size * leading, pages.left + inset);
  text(childOf(tree, 'H1'), content.title, styles.title);
  pages.skip(3);
  for (const line of content.under) text(childOf(tree, 'P'), line, styles.under);
  for (const { heading, blocks } of content.sections) {
    const section = childOf(tree, 'Sect');
    pages.section(heading);
    pages.skip(14);
    // A heading never stands last on a page.
    pages.need(60);
    text(childOf(section, 'H2'), heading, styles.heading);
    pages.skip(3);
    for (const block of blocks) drawBlock(block, section, set, pages, text);
  }
  return tree;
}

type DrawText = (element: StructureElement, given: string, style: SummaryStyle, inset?: number) => void;

function drawBlock(
  block: SummaryBlock,
  section: StructureElement,
  set: TextSetter,
  pages: Pages,
  text: DrawText,
): void {
  switch (block.kind) {
    case 'text':
      pages.skip(2);
      text(childOf(section, 'P'), block.text, styles.body);
      return;
    case 'entry': {
      pages.skip(6);
      pages.need(36);
      text(childOf(section, 'H3'), block.title, styles.entry);
      text(childOf(section, 'P'), block.standing, styles.body);
      for (const lines of block.paragraphs) {
        const broken = lines.flatMap((line) => set.lines(line, styles.small, pages.right - pages.left - indent));
        pages.text(childOf(section, 'P'), broken, styles.small.size * leading, pages.left + indent);
      }
      return;
    }
    case 'facts': {
      pages.skip(2);
      const body = childOf(childOf(section, 'Table'), 'TBody');
      const rows = block.facts.map(([label, value]) => [label, value]);
      drawRows(rows, [0.26, 0.74], body, 'Row', set, pages);
      return;
    }
    case 'table': {
      pages.skip(4);
      const table = childOf(section, 'Table');
      const head = childOf(childOf(table, 'THead'), 'TR');
      const cellsOf = (read: boolean) =>
        cellsAt(block.columns, block.shares, styles.head, set, pages).map((cell): RowCell => {
          if (!read) return cell;
          return { ...cell, element: childOf(head, 'TH', { scope: 'Column' }) };
        });
      const drawHead = (read: boolean) => pages.row(cellsOf(read), styles.head.size * leading, 0.7);
      pages.need(40);
      drawHead(true);
      drawRows(block.rows, block.shares, childOf(table, 'TBody'), undefined, set, pages, () => drawHead(false));
    }
  }
}

function drawRows(
  rows: readonly (readonly string[])[],
  shares: readonly number[],
  body: StructureElement,
  firstHeads: 'Row' | undefined,
  set: TextSetter,
  pages: Pages,
  repeatHead: () => void = () => undefined,
): void {
  const line = styles.small.size * leading;
  for (const row of rows) {
    const tr = childOf(body, 'TR');
    const cells = cellsAt(row, shares, styles.small, set, pages).map((cell, i): RowCell => {
      const element = i === 0 && firstHeads ? childOf(tr, 'TH', { scope: firstHeads }) : childOf(tr, 'TD');
      return { ...cell, element };
    });
    const most = Math.max(1, ...cells.map(({ lines }) => lines.length));
    // A row stands on one page, but for one that no page has room for.
    for (let from = 0; from < most; from += rowLines) {
      const part = cells.map((cell) => ({ ...cell, lines: cell.lines.slice(from, from + rowLines) }));
      if (pages.need(line * Math.min(rowLines, most - from) + 2)) repeatHead();
      pages.row(part, line, 0.2);
    }
  }
}

/** What fits a page beneath a repeated head. */
const rowLines = 50;

function cellsAt(
  texts: readonly string[],
  shares: readonly number[],
  style: SummaryStyle,
  set: TextSetter,
  { left, right }: Pages,
): RowCell[] {
  let x = left;
  return texts.map((text, i) => {
    const width = (shares[i] ?? 0) * (right - left);
    const cell = { lines: set.lines(text, style, width - gutter), x };
    x += width;
    return cell;
  });
}
