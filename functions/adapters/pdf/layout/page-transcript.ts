import { childOf, type StructureElement } from '../file/structure-element.ts';
import { type Design, headFits, transcriptMargin as margin, type PaperSize } from './design.ts';
import { place, placeName } from './individual-text.ts';
import { localeOf } from './locale.ts';
import { nameLeading } from './name-setting.ts';
import type { Sheet } from './sheet.ts';
import { wrap, wrapEvenly } from './text-fitting.ts';
import { paginate, sectionParts, type TablePage } from './transcript-table.ts';
import { lineOf, type TextStyle } from './typesetting.ts';
import { datedWords, filled } from './wording.ts';

/**
 * The transcript: each section a table whose heading is repeated on every page that it reaches. No page at all where
 * there is nothing to list.
 */
export function transcriptPages(design: Design, paper: PaperSize): ((sheet: Sheet) => void)[] {
  if (design.shared.sections.length === 0) return [];
  const width = paper.width - 2 * margin.side;
  const section = childOf(design.tree, 'Sect');
  const first = openingHead(design, section, paper);
  const running = runningHead(design, paper);
  const pages = paginate(sectionParts(design, section, width), {
    first: first.bottom - margin.bottom,
    later: running.bottom - margin.bottom,
  });
  return pages.map((page, i) => (sheet) => {
    const head = i === 0 ? first : running;
    head.draw(sheet);
    drawTable(sheet, page, head.bottom);
    drawFoot(sheet, design, { page: i + 2, pages: pages.length + 1 });
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
function openingHead({ shared, type, nameLines }: Design, section: StructureElement, paper: PaperSize): Head {
  const { colours, words } = shared;
  const sayCompleted = datedWords(shared, words.completedOn);
  const width = paper.width - 2 * margin.side;
  const plain: TextStyle = { face: 'regular', size: 11.5, colour: colours.ink };
  const centred = (text: string, style: TextStyle) => wrapEvenly(type, [{ text, style }], width);
  const sponsor = centred(shared.sponsor, { ...plain, size: 12, smallCaps: true, tracking: 80 });
  const title = centred(words.transcriptTitle, {
    ...plain,
    size: 30,
    smallCaps: true,
    tracking: 45,
    colour: colours.accent,
  });
  const achievement = centred(shared.achievementText, { ...plain, face: 'italic', size: 13.5 });
  const fit = headFits.find(({ lines }) => lines >= nameLines.head) ?? { largest: 0 };
  const nameHeight = nameLines.head * fit.largest * nameLeading;
  const heights = {
    sponsor: 20 + (sponsor.length - 1) * 15,
    title: 38 + (title.length - 1) * 36,
    name: nameHeight + 11,
    achievement: 17 + (achievement.length - 1) * 16.5,
    completed: 18,
  };
  const height = Object.values(heights).reduce((sum, each) => sum + each, 0);
  const bottom = paper.height - margin.top - height - 26;
  // Before the tables, whose elements are made before anything is drawn.
  const [forSponsor, forTitle, forName, forAchievement, forDate] = (['P', 'H2', 'P', 'P', 'P'] as const).map((each) =>
    childOf(section, each),
  ) as [StructureElement, StructureElement, StructureElement, StructureElement, StructureElement];
  return {
    bottom,
    draw(sheet) {
      const centre = sheet.width / 2;
      let y = sheet.height - margin.top + 10;
      const lines = (texts: typeof sponsor, leading: number, next: number, as: StructureElement) => {
        sheet.tagged(as, () => {
          texts.forEach((line, i) => {
            y -= i === 0 ? leading : next;
            sheet.textCentred(line, centre, y);
          });
        });
      };
      lines(sponsor, 20, 15, forSponsor);
      lines(title, 38, 36, forTitle);
      const top = y - 11;
      sheet.slot(forName, (individual) =>
        placeName(individual, individual.names.head, plain, {
          x: centre,
          top,
          height: nameHeight,
          alignment: 'centre',
        }),
      );
      y -= heights.name;
      lines(achievement, 17, 16.5, forAchievement);
      y -= heights.completed;
      const datesY = y;
      sheet.slot(forDate, (individual) => {
        const shown = individual.phrase(sayCompleted(individual.completedOn), plain);
        return place(shown, centre, datesY, 'centre');
      });
      sheet.artifact(() => {
        sheet.rule(margin.side, sheet.width - margin.side, bottom + 17, 1.1, colours.accent);
        sheet.rule(margin.side, sheet.width - margin.side, bottom + 14, 0.4, colours.accent);
      });
    },
  };
}

/** The name and the title again, on every later page. */
function runningHead({ shared, type, nameLines }: Design, paper: PaperSize): Head {
  const { colours, words, rtl } = shared;
  const style: TextStyle = { face: 'regular', size: 10.5, colour: colours.ink };
  const title = lineOf(type, [{ text: words.transcriptTitle, style: { ...style, face: 'italic' } }]);
  const height = 13 * nameLines.running;
  const bottom = paper.height - margin.top - height - 8;
  return {
    bottom,
    draw(sheet) {
      const baseline = sheet.height - margin.top;
      const [left, right] = [margin.side, sheet.width - margin.side];
      sheet.artifactSlot((individual) =>
        placeName(individual, individual.names.running, style, {
          x: rtl ? right : left,
          baseline,
          alignment: rtl ? 'right' : 'left',
        }),
      );
      sheet.artifact(() => {
        if (rtl) sheet.text(title, left, baseline);
        else sheet.textEnding(title, right, baseline);
        sheet.rule(left, right, bottom + 12, 0.6, colours.accent);
      }, 'Header');
    },
  };
}

function drawFoot(sheet: Sheet, { shared, type }: Design, numbers: { page: number; pages: number }): void {
  const { colours, words, rtl } = shared;
  const style: TextStyle = { face: 'regular', size: 8.5, colour: colours.ink };
  const [left, right, y] = [margin.side, sheet.width - margin.side, 62];
  const credential = lineOf(type, [{ text: `${words.credential}\u00a0`, style }]);
  const { figures } = localeOf(shared.language);
  const [page, pages] = [figures(numbers.page), figures(numbers.pages)];
  const count = filled(words.page, { page, pages });
  const countLine = lineOf(type, [{ text: count, style }]);
  const whose = wrap(type, [{ text: words.notAgency, style: { ...style, face: 'italic', size: 8 } }], right - left);
  const [start, end] = rtl ? [sheet.textEnding, sheet.text] : [sheet.text, sheet.textEnding];
  const [from, to] = rtl ? [right, left] : [left, right];
  sheet.artifact(() => {
    sheet.rule(left, right, y + 12, 0.4, colours.rule);
    start(credential, from, y);
    end(countLine, to, y);
    for (const [i, line] of whose.entries()) start(line, from, y - 12 - 10 * i);
  }, 'Footer');
  const x = rtl ? from - credential.width : from + credential.width;
  sheet.artifactSlot((individual) =>
    place(individual.characters(individual.credentialId, style), x, y, rtl ? 'right' : 'left'),
  );
}
