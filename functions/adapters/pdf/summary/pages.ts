import { number, rgb } from '../file/pdf-text.ts';
import type { StructureElement } from '../file/structure-element.ts';
import { type PaperSize, papers } from '../layout/design.ts';
import type { SetLine, SummaryStyle, TextSetter } from './set-text.ts';

/** One page: its operators, and by MCID the element that the content belongs to. */
export type SummaryPage = { operators(): string; marked: StructureElement[] };

/** Pages in the making, from the top down; a new one begins wherever there is no room. */
export type Pages = {
  paper: PaperSize;
  /** Left and right edge of the text. */
  left: number;
  right: number;
  /** Leaves room before what comes next, but not at the top of a page. */
  skip(points: number): void;
  /** Goes on with a new page where less than `points` are left; true where it did. */
  need(points: number): boolean;
  /** Lines one below the other, over as many pages as it takes. */
  text(element: StructureElement, lines: readonly SetLine[], leading: number, x?: number): void;
  /** Cells side by side, at most a page high; without elements they are not read. */
  row(cells: readonly RowCell[], leading: number, rule: number): void;
  /** What later pages say of where they are. */
  section(heading: string): void;
  close(foot: (page: number, pages: number) => string): SummaryPage[];
};
export type RowCell = { element?: StructureElement; lines: readonly SetLine[]; x: number };

const margin = { side: 54, top: 58, bottom: 62 };
const ink = '#000000';
const grey = '#555555';
const small: SummaryStyle = { face: 'regular', size: 8, colour: grey };
const ruleColour = '#999999';

export function makePages(set: TextSetter, given: { page: 'letter' | 'a4'; running: string; foot: string }): Pages {
  const paper = papers[given.page];
  const [left, right] = [margin.side, paper.width - margin.side];
  const top = paper.height - margin.top;
  const pages: { items: (string | (() => string))[]; marked: StructureElement[] }[] = [];
  let y = top;
  let heading = '';

  const page = () => pages.at(-1) as (typeof pages)[number];
  const at = (line: SetLine, x: number, baseline: number) => {
    show(page().items, line, x, baseline);
  };
  const rule = (baseline: number, thickness: number) =>
    `${number(thickness)} w ${rgb(ruleColour)} RG ${number(left)} ${number(baseline)} m ${number(right)} ${number(baseline)} l S\n`;
  const marked = (element: StructureElement | undefined, draw: () => void) => {
    const { items, marked } = page();
    if (element) {
      element.kids.push({ page: pages.length - 1, mcid: marked.length });
      items.push(`/${element.type}<</MCID ${marked.length}>>BDC\n`);
      marked.push(element);
    } else items.push('/Artifact BMC\n');
    draw();
    items.push('EMC\n');
  };
  const turn = () => {
    pages.push({ items: [], marked: [] });
    y = top;
    if (pages.length === 1) return;
    const { items } = page();
    items.push('/Artifact<</Type/Pagination/Subtype/Header>>BDC\n');
    const where = set.line(heading, small);
    const room = right - left - where.width - 20;
    const [running] = set.lines(given.running, small, room);
    if (running) at(running, left, paper.height - 40);
    at(where, right - where.width, paper.height - 40);
    items.push(`${rule(paper.height - 45, 0.4)}EMC\n`);
  };
  turn();
  return {
    paper,
    left,
    right,
    skip(points) {
      if (y !== top) y -= points;
    },
    need(points) {
      if (y - points >= margin.bottom) return false;
      if (y !== top) turn();
      return true;
    },
    text(element, lines, leading, x = left) {
      for (let next = 0; next < lines.length; ) {
        if (y - leading < margin.bottom) turn();
        const fits = Math.max(1, Math.floor((y - margin.bottom) / leading));
        const here = lines.slice(next, next + fits);
        next += here.length;
        marked(element, () => {
          for (const line of here) {
            y -= leading;
            at(line, x, y + leading * 0.25);
          }
        });
      }
    },
    row(cells, leading, thickness) {
      const most = Math.max(1, ...cells.map(({ lines }) => lines.length));
      for (const { element, lines, x } of cells)
        marked(element, () => {
          for (const [i, line] of lines.entries()) at(line, x, y - leading * (i + 0.75));
        });
      y -= leading * most + 2;
      page().items.push(`/Artifact BMC\n${rule(y + 0.5, thickness)}EMC\n`);
    },
    section(of) {
      heading = of;
    },
    close(foot) {
      for (const [i, { items }] of pages.entries()) {
        const count = set.line(foot(i + 1, pages.length), { ...small, colour: ink });
        const lines = set.lines(given.foot, small, right - left - count.width - 20);
        items.push(`/Artifact<</Type/Pagination/Subtype/Footer>>BDC\n${rule(50, 0.4)}`);
        for (const [n, line] of lines.slice(0, 2).entries()) show(items, line, left, 40 - 10 * n);
        show(items, count, right - count.width, 40);
        items.push('EMC\n');
      }
      return pages.map(({ items, marked }) => ({
        marked,
        operators() {
          // One text that grows is flattened once, where a joined list flattens each of its items before.
          let out = '';
          for (const item of items) out += typeof item === 'string' ? item : item();
          return out;
        },
      }));
    },
  };
}

function show(items: (string | (() => string))[], { operators }: SetLine, x: number, y: number): void {
  const place = `BT ${number(x)} ${number(y)} Td\n`;
  items.push(typeof operators === 'string' ? `${place}${operators}ET\n` : () => `${place}${operators()}ET\n`);
}
