import type { CertificateContent } from '../../ports/certificate-engine.ts';
import type { Block } from './block.ts';
import { footBlock, signatureBlock } from './certificate-foot.ts';
import { drawDivider, drawSeal } from './ornament.ts';
import { type Fit, fitText, wrapEvenly } from './text-fitting.ts';
import type { TextLine, TextStyle, Typesetter } from './typesetting.ts';
import { filled, titleOf, valuesOf } from './wording.ts';

/** The certificate's elements from top to bottom, for a column of `width` points; `scale` sizes type and air alike. */
export function certificateBlocks(
  content: CertificateContent,
  type: Typesetter,
  width: number,
  scale: number,
): Block[] {
  const { colours, words } = content.template;
  const ink: TextStyle = { face: 'regular', size: 13 * scale, colour: colours.ink };
  const italic: TextStyle = { ...ink, face: 'italic', size: 15.5 * scale };
  const sponsor: TextStyle = { ...ink, smallCaps: true, tracking: 90 };
  const title: TextStyle = { ...ink, smallCaps: true, tracking: 45, colour: colours.accent };
  const isCompletion = content.achievement === 'completion';
  const { before, achievement, after } = statementParts(
    content,
    isCompletion ? words.statement : words.skillSetStatement,
  );

  const block = (lines: TextLine[], gap: number, stretch: number) => textBlock(lines, { gap: gap * scale, stretch });
  const fitted = (text: string, style: TextStyle, fits: Fit[]) =>
    fitText(type, text, style, width, scaled(fits, scale));
  const prose = (text: string, style: TextStyle) => wrapEvenly(type, [{ text, style }], Math.min(width, 520));
  return [
    sealBlock(content, 27 * scale),
    block(fitted(content.program.sponsor, sponsor, sponsorFits), 13, 1),
    block(fitted(titleOf(content), title, titleFits), 7, 1),
    block(prose(words.presentedTo, italic), 9, 2),
    block(fitted(content.facts.name, ink, nameFits), 5, 1),
    dividerBlock(content, 320 * scale, 9 * scale),
    ...(before ? [block(prose(before, italic), 8, 1)] : []),
    ...(achievement ? [block(fitted(achievement, { ...ink, face: 'bold' }, achievementFits), 5, 0.4)] : []),
    ...(after ? [block(prose(after, italic), 5, 0.4)] : []),
    block(prose(datesOf(content), ink), 9, 1),
    signatureBlock(content, type, width, scale),
    footBlock(content, type, width, scale),
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
/** A name first shrinks on one line, then takes two, then three. */
const nameFits = [
  { lines: 1, largest: 48, smallest: 34 },
  { lines: 2, largest: 34, smallest: 24 },
  { lines: 3, largest: 26, smallest: 18 },
];
const achievementFits = [
  { lines: 1, largest: 24, smallest: 17 },
  { lines: 2, largest: 19, smallest: 14 },
];

function scaled(fits: Fit[], scale: number): Fit[] {
  return fits.map(({ lines, largest, smallest }) => ({ lines, largest: largest * scale, smallest: smallest * scale }));
}

function datesOf(content: CertificateContent): string {
  const { words } = content.template;
  const completed = filled(words.completedOn, valuesOf(content));
  return `${completed}\u2002\u00b7\u2002${filled(words.issuedOn, valuesOf(content, content.issuedOn))}`;
}

/** The statement parted at its achievement, which gets a line of its own; a comma or full stop after it stays with it. */
function statementParts(content: CertificateContent, statement: string) {
  const [before = '', rest] = statement.split('{achievement}', 2).map((part) => filled(part, valuesOf(content)));
  if (rest === undefined) return { before };
  const punctuation = /^\p{P}*/u.exec(rest)?.[0] ?? '';
  return { before, achievement: content.achievementText + punctuation, after: rest.slice(punctuation.length).trim() };
}

/** Lines one below the other, each in its own size. */
function textBlock(lines: TextLine[], air: { gap: number; stretch: number }): Block {
  const sizes = lines.map((line) => Math.max(...line.spans.map(({ style }) => style.size)));
  const heights = sizes.map((size) => size * lineHeight);
  return {
    ...air,
    height: heights.reduce((sum, height) => sum + height, 0),
    draw(sheet, centre, top) {
      let y = top;
      lines.forEach((line, i) => {
        sheet.textCentred(line, centre, y - (sizes[i] ?? 0) * baseline);
        y -= heights[i] ?? 0;
      });
    },
  };
}

/** Of the type size: from one line to the next, and from a line's top to its baseline. */
const lineHeight = 1.24;
const baseline = 0.95;

function sealBlock(content: CertificateContent, radius: number): Block {
  return {
    height: 2 * radius,
    gap: 0,
    stretch: 0.4,
    draw: (sheet, centre, top) => drawSeal(sheet, content.template.colours, centre, top - radius, radius),
  };
}

function dividerBlock(content: CertificateContent, width: number, height: number): Block {
  return {
    height,
    gap: height / 2,
    stretch: 0.4,
    draw: (sheet, centre, top) => drawDivider(sheet, content.template.colours, centre, top - height / 2, width),
  };
}
