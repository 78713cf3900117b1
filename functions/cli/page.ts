import { styleText } from 'node:util';
import { fitText, padText, textWidth } from './text-width.ts';
import type { Out } from './world.ts';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

/** How a command lays out what it says: how wide, and in which colours. */
export type Page = {
  columns: number;
  paint(style: Style, text: string): string;
};

const readableColumns = 100;
const mostColumns = 140;

export function pageFor(out: Pick<Out, 'columns' | 'colours'>): Page {
  const columns = Math.min(Math.max(out.columns ?? readableColumns, 60), mostColumns);
  const paint = (style: Style, text: string) =>
    out.colours ? styleText(style, text, { validateStream: false }) : text;
  return { columns, paint };
}

export type Cell = { text: string; style?: Style; align?: 'left' | 'right' };

/**
 * Rows with their columns aligned, two spaces between them. Only the last column is cut, where the line would be
 * longer than the page.
 */
export function table(page: Page, rows: readonly (readonly (string | Cell)[])[], indent = 2): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, textWidth(cell.text));
    });
  }
  return cells.map((row) => ' '.repeat(indent) + tableLine(page, row, widths, indent)).join('\n');
}

function tableLine(page: Page, row: readonly Cell[], widths: readonly number[], indent: number): string {
  let used = indent;
  const parts = row.map((cell, i) => {
    const last = i === row.length - 1;
    const room = last ? Math.max(8, page.columns - used) : (widths[i] ?? 0);
    used += (widths[i] ?? 0) + 2;
    const side = cell.align === 'right' ? 'right' : 'left';
    const text = last && side === 'left' ? fitText(cell.text, room) : padText(cell.text, widths[i] ?? 0, side);
    return cell.style ? page.paint(cell.style, text) : text;
  });
  return parts.join('  ').trimEnd();
}

/** `██████░░░░`: full only when everything is there, empty only when nothing is. */
export function bar(met: number, of: number, width = 10): string {
  const share = of === 0 ? 0 : met / of;
  const inner = Math.min(width - 1, Math.max(1, Math.round(share * width)));
  const full = met === 0 ? 0 : met >= of ? width : inner;
  return '█'.repeat(full) + '░'.repeat(width - full);
}

export function heading(page: Page, text: string): string {
  return page.paint('bold', text);
}

/** `1 piece`, `2 pieces`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
