export type Cell = string | number | undefined;

/** How a spreadsheet tells UTF-8: without it Excel takes accents apart. */
export const byteOrderMark = '\ufeff';

/** What a spreadsheet would run. */
const acts = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * One row as spreadsheets open it. Quotes everywhere, so that a line break within a cell, or a separator of another
 * country, stays in its cell; a cell that would be run as a formula is defused by an apostrophe before it.
 */
export function csvRow(cells: readonly Cell[]): string {
  let row = '';
  for (const cell of cells) {
    row += row === '' ? '"' : ',"';
    if (typeof cell === 'number') row += cell;
    else if (cell !== undefined) {
      if (acts.test(cell)) row += "'";
      row += cell.includes('"') ? cell.replaceAll('"', '""') : cell;
    }
    row += '"';
  }
  return `${row}\r\n`;
}
