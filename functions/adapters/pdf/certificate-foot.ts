import type { CertificateContent } from '../../ports/certificate-engine.ts';
import type { Block } from './block.ts';
import { fitText, wrapEvenly } from './text-fitting.ts';
import type { Span, TextLine, TextStyle, Typesetter } from './typesetting.ts';
import { verificationAddress } from './wording.ts';

/** A line to sign on for each signatory, with name and title below it. */
export function signatureBlock(content: CertificateContent, type: Typesetter, width: number, scale: number): Block {
  const { colours } = content.template;
  const { signatories } = content.program;
  const column = Math.min(210, (width - 2 * columnGap) / 3) * (signatories.length === 3 ? 1 : 1.05);
  const step = (width - column * signatories.length) / (signatories.length + 1) + column;
  const name: TextStyle = { face: 'regular', size: 12 * scale, colour: colours.ink };
  const title: TextStyle = { face: 'italic', size: 10.5 * scale, colour: colours.ink };
  const labels = signatories.map((signatory) => [
    ...fitText(type, signatory.name, name, column, fits(12 * scale)),
    ...fitText(type, signatory.title, title, column, fits(10.5 * scale)),
  ]);
  const lineHeight = 13.5 * scale;
  const roomToSign = 30 * scale;
  return {
    height: roomToSign + 2 * scale + lineHeight * Math.max(...labels.map((lines) => lines.length)),
    gap: 4 * scale,
    stretch: 2,
    draw(sheet, centre, top) {
      labels.forEach((lines, i) => {
        const x = centre + (i - (signatories.length - 1) / 2) * step;
        const y = top - roomToSign;
        sheet.rule(x - column / 2, x + column / 2, y, 0.6, colours.ink);
        lines.forEach((line, row) => {
          sheet.textCentred(line, x, y - lineHeight * (row + 1) - 1.5 * scale);
        });
      });
    },
  };
}

const columnGap = 30;

function fits(size: number) {
  return [
    { lines: 1, largest: size, smallest: size * 0.85 },
    { lines: 4, largest: size * 0.85, smallest: size * 0.7 },
  ];
}

/** What the certificate is and where it can be checked, small: its id, the address with its code, whose it is not. */
export function footBlock(content: CertificateContent, type: Typesetter, width: number, scale: number): Block {
  const { words, colours } = content.template;
  const size = Math.max(8 * scale, smallestFoot);
  const plain: TextStyle = { face: 'regular', size, colour: colours.ink };
  const bold: TextStyle = { ...plain, face: 'bold' };
  const italic: TextStyle = { ...plain, face: 'italic' };
  const { base, code } = verificationAddress(content);
  const verify: Span[] = [
    { text: `${words.verify} `, style: plain },
    { text: base, style: plain },
    { text: code, style: bold },
  ];
  const addressLines = wrapEvenly(type, verify, width);
  const lines = [
    ...wrapEvenly(
      type,
      [
        { text: `${words.credential} `, style: plain },
        { text: content.credentialId, style: plain },
      ],
      width,
    ),
    ...addressLines,
    ...wrapEvenly(type, [{ text: words.notAgency, style: italic }], width),
  ];
  const lineHeight = size * 1.32;
  return {
    height: lines.length * lineHeight,
    gap: 12 * scale,
    stretch: 1.4,
    draw(sheet, centre, top) {
      lines.forEach((line, i) => {
        const y = top - lineHeight * (i + 1) + lineHeight - size * 0.9;
        sheet.textCentred(line, centre, y);
        if (addressLines.includes(line)) sheet.link(base + code, areaOf(line, centre, y, size));
      });
    },
  };
}

/** Points. Below this a printed address cannot be read. */
const smallestFoot = 7;

function areaOf(line: TextLine, centre: number, y: number, size: number) {
  return { x: centre - line.width / 2, y: y - size * 0.3, width: line.width, height: size * 1.2 };
}
