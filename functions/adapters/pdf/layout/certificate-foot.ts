import { childOf, type StructureElement } from '../file/structure-element.ts';
import type { Block } from './block.ts';
import type { Design } from './design.ts';
import type { Individual } from './individual.ts';
import { place } from './individual-text.ts';
import { type Area, boxOf, type Sheet } from './sheet.ts';
import { wrapEvenly } from './text-fitting.ts';
import type { SetSpan, Span, TextLine, TextStyle } from './typesetting.ts';

/** The name of the QR code among a page's pictures. Each certificate has its own. */
export const qrKey = 'Q';

/** Points. Below this a printed address cannot be read. */
const smallestFoot = 7;
/** Points. Some 1.5 a module: what a phone reads from paper at arm's length. */
const qrSide = 52;
const qrGap = 13;

/** Where it can be checked, as a QR code and in words; its id; whose it is not. The code stands before the words. */
export function footBlock(design: Design, section: StructureElement, width: number, scale: number): Block {
  const foot = footOf(design, width, scale);
  const { lineHeight } = foot;
  const rows = 1 + foot.address.length + foot.whose.length;
  const textHeight = rows * lineHeight;
  const height = Math.max(qrSide, textHeight);
  const whole = qrSide + qrGap + foot.textWidth;
  return {
    height,
    gap: 11 * scale,
    stretch: 1.4,
    draw(sheet, centre, top) {
      const { rtl } = design.shared;
      const qr = {
        x: rtl ? centre + whole / 2 - qrSide : centre - whole / 2,
        y: top - (height + qrSide) / 2,
        width: qrSide,
        height: qrSide,
      };
      drawQr(sheet, design, section, qr);
      const edge = rtl ? qr.x - qrGap : qr.x + qrSide + qrGap;
      drawLines(sheet, design, section, foot, edge, top - (height - textHeight) / 2 - foot.size * 0.95);
    },
  };
}

type Foot = {
  size: number;
  lineHeight: number;
  plain: TextStyle;
  credential: TextLine;
  /** The words before the address and the address itself, up to the code; the code follows, or has the last line. */
  address: AddressLine[];
  whose: TextLine[];
  textWidth: number;
};

/** `left`: an address, which runs from left to right in every script, from the left edge of the text. */
type AddressLine = { line: TextLine | 'code'; from: 'start' | 'left' };

/** The widest that a code of 26 characters comes out, and what most come to, of the type size. */
const codeWidth = { widest: 26 * 0.8, usual: 26 * 0.605 };

function footOf({ shared, type }: Design, width: number, scale: number): Foot {
  const { colours, words, verifyBase } = shared;
  const size = Math.max(8.4 * scale, smallestFoot);
  const plain: TextStyle = { face: 'regular', size, colour: colours.ink };
  const room = Math.min(width, 560) - qrSide - qrGap;
  const verify: Span = { text: `${words.verify} `, style: plain };
  const base: Span = { text: verifyBase, style: plain };
  const from = shared.rtl ? 'left' : 'start';
  // In a script from the right, the words have a line and the address has the next.
  const before = shared.rtl ? wrapEvenly(type, [verify], room) : [];
  const addressLines = shared.rtl ? [lineOf(type.set(base))] : wrapEvenly(type, [verify, base], room);
  const address: AddressLine[] = [
    ...before.map((line): AddressLine => ({ line, from: 'start' })),
    ...addressLines.map((line): AddressLine => ({ line, from })),
  ];
  const [first, ...more] = addressLines;
  const beside = more.length === 0 && first !== undefined && first.width + codeWidth.widest * size <= room;
  if (!beside) address.push({ line: 'code', from });
  const whose = wrapEvenly(type, [{ text: words.notAgency, style: { ...plain, face: 'italic' } }], room);
  const [credential] = wrapEvenly(type, [{ text: `${words.credential}\u00a0`, style: plain }], room);
  const lines = [...address.map(({ line }) => line), ...whose].map((line) => (line === 'code' ? 0 : line.width));
  return {
    size,
    lineHeight: size * 1.34,
    plain,
    credential: credential ?? { spans: [], width: 0 },
    address,
    whose,
    textWidth: Math.max(...lines, beside ? (first?.width ?? 0) + codeWidth.usual * size : 0),
  };
}

const lineOf = (span: SetSpan): TextLine => ({ spans: [span], width: span.width });

function drawQr(sheet: Sheet, { shared }: Design, section: StructureElement, area: Area): void {
  const { words } = shared;
  const link = childOf(section, 'Link');
  const alt = words.qrCode ?? `${words.verify} ${shared.verifyBase}`;
  const figure = childOf(link, 'Figure', { alt, box: boxOf(area) });
  sheet.tagged(figure, () => sheet.image(qrKey, area, shared.colours.ink));
  link.kids.push({ annotation: 'qr' });
  sheet.link('qr', area);
}

function drawLines(sheet: Sheet, { shared }: Design, section: StructureElement, foot: Foot, edge: number, top: number) {
  const { rtl } = shared;
  const { size, lineHeight, plain, credential } = foot;
  const sign = rtl ? -1 : 1;
  const start = (line: TextLine, x: number, y: number) => (rtl ? sheet.textEnding(line, x, y) : sheet.text(line, x, y));
  let y = top;
  const paragraph = childOf(section, 'P');
  sheet.tagged(paragraph, () => start(credential, edge, y));
  const idX = edge + sign * credential.width;
  const idY = y;
  const side = rtl ? 'right' : 'left';
  sheet.slot(paragraph, (individual) => place(individual.characters(individual.credentialId, plain), idX, idY, side));
  y -= lineHeight;

  const link = childOf(childOf(section, 'P'), 'Link');
  const from = y;
  let codeAt = { x: edge, y };
  for (const { line, from } of foot.address) {
    const at = y;
    // Only a script from the right has addresses from the left.
    const x = from === 'left' ? edge - foot.textWidth : edge;
    if (line === 'code') codeAt = { x, y };
    else {
      sheet.tagged(link, () => (from === 'left' ? sheet.text(line, x, at) : start(line, x, at)));
      codeAt = { x: x + line.width, y };
    }
    y -= lineHeight;
  }
  const code = (individual: Individual) =>
    place(individual.characters(individual.code, plain), codeAt.x, codeAt.y, 'left');
  sheet.slot(link, code);
  link.kids.push({ annotation: 'address' });
  const width = foot.textWidth;
  sheet.link('address', {
    x: rtl ? edge - width : edge,
    y: y + lineHeight - size * 0.3,
    width,
    height: from - y - lineHeight + size * 1.2,
  });

  sheet.tagged(childOf(section, 'P'), () => {
    for (const line of foot.whose) {
      start(line, edge, y);
      y -= lineHeight;
    }
  });
}
