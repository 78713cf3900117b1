import type { CertificateContent } from '../../ports/certificate-engine.ts';
import type { PaperSize } from './document.ts';
import type { Sheet } from './sheet.ts';
import { wrap, wrapEvenly } from './text-fitting.ts';
import { paginate, sectionsOf, type TablePage } from './transcript-table.ts';
import { lineOf, type TextStyle, type Typesetter } from './typesetting.ts';
import { filled, valuesOf } from './wording.ts';

const margin = { side: 68, top: 66, bottom: 92 };

/**
 * The transcript: each section a table whose heading is repeated on every page that it reaches. No page at all where
 * there is nothing to list.
 */
export function transcriptPages(
  content: CertificateContent,
  type: Typesetter,
  paper: PaperSize,
): ((sheet: Sheet) => void)[] {
  const width = paper.width - 2 * margin.side;
  const first = openingHead(content, type, paper);
  const running = runningHead(content, type, paper);
  const floor = margin.bottom;
  const pages = paginate(sectionsOf(content, type, width), {
    first: first.bottom - floor,
    later: running.bottom - floor,
  });
  return pages.map((page, i) => (sheet) => {
    const head = i === 0 ? first : running;
    head.draw(sheet);
    drawTable(sheet, page, head.bottom);
    drawFoot(sheet, content, type, { page: i + 2, pages: pages.length + 1 });
  });
}

type Head = { bottom: number; draw(sheet: Sheet): void };

function drawTable(sheet: Sheet, page: TablePage, top: number): void {
  let y = top;
  for (const part of page) {
    part.draw(sheet, margin.side, sheet.width - margin.side, y);
    y -= part.height;
  }
}

/** Whose transcript it is and of what, above the first table. */
function openingHead(content: CertificateContent, type: Typesetter, paper: PaperSize): Head {
  const { program, template, facts } = content;
  const { colours, words } = template;
  const width = paper.width - 2 * margin.side;
  const plain: TextStyle = { face: 'regular', size: 11.5, colour: colours.ink };
  const rows = [
    { text: program.sponsor, style: { ...plain, size: 12, smallCaps: true as const, tracking: 80 }, leading: 20 },
    {
      text: words.transcriptTitle,
      style: { ...plain, size: 30, smallCaps: true as const, tracking: 45, colour: colours.accent },
      leading: 38,
    },
    { text: facts.name, style: { ...plain, face: 'bold' as const, size: 17 }, leading: 30 },
    { text: content.achievementText, style: { ...plain, face: 'italic' as const, size: 13.5 }, leading: 20 },
    { text: filled(words.completedOn, valuesOf(content)), style: plain, leading: 17 },
  ].flatMap(({ text, style, leading }) =>
    wrapEvenly(type, [{ text, style }], width).map((line, i) => ({
      line,
      leading: i === 0 ? leading : style.size * 1.22,
    })),
  );
  const height = rows.reduce((sum, { leading }) => sum + leading, 0);
  const bottom = paper.height - margin.top - height - 26;
  return {
    bottom,
    draw(sheet) {
      let y = sheet.height - margin.top + 10;
      for (const { line, leading } of rows) {
        y -= leading;
        sheet.textCentred(line, sheet.width / 2, y);
      }
      sheet.rule(margin.side, sheet.width - margin.side, bottom + 17, 1.1, colours.accent);
      sheet.rule(margin.side, sheet.width - margin.side, bottom + 14, 0.4, colours.accent);
    },
  };
}

/** The name and the title again, on every later page. */
function runningHead(content: CertificateContent, type: Typesetter, paper: PaperSize): Head {
  const { colours, words } = content.template;
  const style: TextStyle = { face: 'regular', size: 10.5, colour: colours.ink };
  const width = paper.width - 2 * margin.side;
  const title = lineOf(type, [{ text: words.transcriptTitle, style: { ...style, face: 'italic' } }]);
  const name = wrap(type, [{ text: content.facts.name, style }], width - title.width - 24);
  const lineHeight = 13;
  const bottom = paper.height - margin.top - lineHeight * name.length - 8;
  return {
    bottom,
    draw(sheet) {
      name.forEach((line, i) => {
        sheet.text(line, margin.side, sheet.height - margin.top - lineHeight * i);
      });
      sheet.textEnding(title, sheet.width - margin.side, sheet.height - margin.top);
      sheet.rule(margin.side, sheet.width - margin.side, bottom + 12, 0.6, colours.accent);
    },
  };
}

function drawFoot(
  sheet: Sheet,
  content: CertificateContent,
  type: Typesetter,
  numbers: { page: number; pages: number },
): void {
  const { colours, words } = content.template;
  const style: TextStyle = { face: 'regular', size: 8.5, colour: colours.ink };
  const [left, right, y] = [margin.side, sheet.width - margin.side, 62];
  sheet.rule(left, right, y + 12, 0.4, colours.rule);
  sheet.text(lineOf(type, [{ text: `${words.credential} ${content.credentialId}`, style }]), left, y);
  const count = filled(words.page, { page: String(numbers.page), pages: String(numbers.pages) });
  sheet.textEnding(lineOf(type, [{ text: count, style }]), right, y);
  const whose = wrap(type, [{ text: words.notAgency, style: { ...style, face: 'italic', size: 8 } }], right - left);
  whose.forEach((line, i) => {
    sheet.text(line, left, y - 12 - 10 * i);
  });
}
