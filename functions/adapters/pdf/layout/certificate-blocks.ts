import { childOf, type StructureElement, type StructureType } from '../file/structure-element.ts';
import type { Block } from './block.ts';
import { footBlock } from './certificate-foot.ts';
import { signatureBlock } from './certificate-signatures.ts';
import { certificateFits, type Design } from './design.ts';
import type { Individual } from './individual.ts';
import { place, placeName } from './individual-text.ts';
import { nameLeading } from './name-setting.ts';
import { drawDivider, drawSeal } from './ornament.ts';
import { boxOf } from './sheet.ts';
import { type Fit, fitText, wrapEvenly } from './text-fitting.ts';
import type { TextLine, TextStyle } from './typesetting.ts';
import { datedWords, filled } from './wording.ts';

/** The certificate's elements from top to bottom, for a column of `width` points; `scale` sizes type and air alike. */
export function certificateBlocks(design: Design, section: StructureElement, width: number, scale: number): Block[] {
  const { shared, type } = design;
  const { colours, words } = shared;
  const ink: TextStyle = { face: 'regular', size: 13 * scale, colour: colours.ink };
  const italic: TextStyle = { ...ink, face: 'italic', size: 15.5 * scale };
  const sponsor: TextStyle = { ...ink, smallCaps: true, tracking: 90 };
  const title: TextStyle = { ...ink, smallCaps: true, tracking: 45, colour: colours.accent };
  const { before, achievement, after } = statementParts(design);

  const block = (lines: TextLine[], gap: number, stretch: number, as: StructureType = 'P') =>
    textBlock(lines, { gap: gap * scale, stretch }, section, as);
  const fitted = (text: string, style: TextStyle, fits: Fit[]) =>
    fitText(type, text, style, width, scaled(fits, scale));
  const prose = (text: string, style: TextStyle) => wrapEvenly(type, [{ text, style }], Math.min(width, 520));
  return [
    emblemBlock(design, section, scale),
    block(fitted(shared.sponsor, sponsor, sponsorFits), 11, 1),
    block(fitted(shared.title, title, titleFits), 6, 1, 'H1'),
    block(prose(words.presentedTo, italic), 8, 2),
    nameBlock(design, section, ink, scale),
    dividerBlock(design, 320 * scale, 9 * scale),
    ...(before ? [block(prose(before, italic), 7, 1)] : []),
    ...(achievement ? [block(fitted(achievement, { ...ink, colour: colours.accent }, achievementFits), 4, 0.4)] : []),
    ...(after ? [block(prose(after, italic), 4, 0.4)] : []),
    datesBlock(design, section, width, ink, scale),
    signatureBlock(design, section, width, scale),
    footBlock(design, section, width, scale),
  ];
}

const sponsorFits = [
  { lines: 1, largest: 15, smallest: 11 },
  { lines: 2, largest: 13, smallest: 10 },
];
const titleFits = [
  { lines: 1, largest: 43, smallest: 30 },
  { lines: 2, largest: 30, smallest: 24 },
];
const achievementFits = [
  { lines: 1, largest: 26, smallest: 17 },
  { lines: 2, largest: 19, smallest: 14 },
];

function scaled(fits: Fit[], scale: number): Fit[] {
  return fits.map(({ lines, largest, smallest }) => ({ lines, largest: largest * scale, smallest: smallest * scale }));
}

/** The statement parted at its achievement, which gets a line of its own; a comma or full stop after it stays with it. */
function statementParts({ shared }: Design) {
  const { words, values, achievementText } = shared;
  const statement = shared.isCompletion ? words.statement : words.skillSetStatement;
  const [before = '', rest] = statement.split('{achievement}', 2).map((part) => filled(part, values));
  if (rest === undefined) return { before };
  const punctuation = /^\p{P}*/u.exec(rest)?.[0] ?? '';
  return {
    before: before.trim(),
    achievement: achievementText + punctuation,
    after: rest.slice(punctuation.length).trim(),
  };
}

/** Lines one below the other, each in its own size. */
function textBlock(
  lines: TextLine[],
  air: { gap: number; stretch: number },
  section: StructureElement,
  as: StructureType,
): Block {
  const sizes = lines.map((line) => Math.max(...line.spans.map(({ style }) => style.size)));
  const heights = sizes.map((size) => size * lineHeight);
  return {
    ...air,
    height: heights.reduce((sum, height) => sum + height, 0),
    draw(sheet, centre, top) {
      let y = top;
      sheet.tagged(childOf(section, as), () => {
        lines.forEach((line, i) => {
          sheet.textCentred(line, centre, y - (sizes[i] ?? 0) * baseline);
          y -= heights[i] ?? 0;
        });
      });
    },
  };
}

/** Of the type size: from one line to the next, and from a line's top to its baseline. */
const lineHeight = 1.24;
const baseline = 0.95;

function nameBlock({ nameLines }: Design, section: StructureElement, style: TextStyle, scale: number): Block {
  const { certificate: lines } = nameLines;
  const fit = certificateFits.find((each) => each.lines >= lines) ?? { largest: 0 };
  const height = lines * fit.largest * nameLeading * scale;
  return {
    height,
    gap: 4 * scale,
    stretch: 1,
    draw(sheet, centre, top) {
      sheet.slot(childOf(section, 'P'), (individual) =>
        placeName(individual, individual.names.certificate, style, {
          x: centre,
          top,
          height,
          alignment: 'centre',
          scale,
        }),
      );
    },
  };
}

/** The two dates beside each other, or, where the words are long, one below the other. */
function datesBlock(design: Design, section: StructureElement, width: number, ink: TextStyle, scale: number): Block {
  const { shared, type } = design;
  const [sayCompleted, sayIssued] = [
    datedWords(shared, shared.words.completedOn),
    datedWords(shared, shared.words.issuedOn),
  ];
  const dot = '\u2002\u00b7\u2002';
  const widthOf = (text: string) => type.set({ text, style: ink }).width;
  // The widest dates of most languages: what is left over is made up by shrinking.
  const [long, short] = [sayCompleted, sayIssued].map((say) => widthOf(say('2026-09-28')));
  const beside = (long ?? 0) + widthOf(dot) + (short ?? 0) < Math.min(width, 520);
  const leading = ink.size * lineHeight;
  const fits = (individual: Individual, text: string) => shrunk(individual, text, ink, width);
  return {
    height: (beside ? 1 : 2) * leading,
    gap: 8 * scale,
    stretch: 1,
    draw(sheet, centre, top) {
      sheet.slot(childOf(section, 'P'), (individual) => {
        const completed = sayCompleted(individual.completedOn);
        const issued = sayIssued(individual.issuedOn);
        const y = top - ink.size * baseline;
        if (!beside) {
          const below = place(fits(individual, issued), centre, y - leading, 'centre');
          return place(fits(individual, completed), centre, y, 'centre') + below;
        }
        const parts = [completed, dot, issued].map((text) => individual.phrase(text, ink));
        if (shared.rtl) parts.reverse();
        const whole = parts.reduce((sum, part) => sum + part.width, 0);
        let x = centre - whole / 2;
        let out = '';
        for (const part of parts) {
          out += place(part, x, y, 'left');
          x += part.width;
        }
        return out;
      });
    },
  };
}

function shrunk(individual: Individual, text: string, style: TextStyle, width: number) {
  const shown = individual.phrase(text, style);
  if (shown.width <= width) return shown;
  return individual.phrase(text, { ...style, size: (style.size * width) / shown.width });
}

/** The program's logo, else its seal, else a seal of our own. */
function emblemBlock({ shared, images }: Design, section: StructureElement, scale: number): Block {
  const emblem = images.logo ?? images.seal;
  const largest = { width: 260 * scale, height: (emblem ? 58 : 54) * scale };
  const aspect = emblem?.aspect ?? 1;
  const width = Math.min(largest.width, largest.height * aspect);
  const height = emblem ? width / aspect : largest.height;
  return {
    height,
    gap: 0,
    stretch: 0.4,
    draw(sheet, centre, top) {
      if (!emblem) {
        sheet.artifact(() => drawSeal(sheet, shared.colours, centre, top - height / 2, height / 2));
        return;
      }
      const area = { x: centre - width / 2, y: top - height, width, height };
      const figure = childOf(section, 'Figure', { alt: emblem.alt, box: boxOf(area) });
      sheet.tagged(figure, () => sheet.image(emblem.key, area));
    },
  };
}

function dividerBlock({ shared }: Design, width: number, height: number): Block {
  return {
    height,
    gap: height / 2,
    stretch: 0.4,
    draw: (sheet, centre, top) =>
      sheet.artifact(() => drawDivider(sheet, shared.colours, centre, top - height / 2, width)),
  };
}
