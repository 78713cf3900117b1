import { childOf, type StructureElement } from '../file/structure-element.ts';
import type { Block } from './block.ts';
import type { Design, PlacedImage } from './design.ts';
import { type Area, boxOf, type Sheet } from './sheet.ts';
import { fitText } from './text-fitting.ts';
import type { TextStyle } from './typesetting.ts';

/** A line to sign on for each signatory, the signature above it, name and title below it; between two, the seal. */
export function signatureBlock(design: Design, section: StructureElement, width: number, scale: number): Block {
  const { shared, type, images } = design;
  const { colours, signatories } = shared;
  const count = signatories.length;
  // Alone at the top, the seal is the emblem.
  const seal = images.logo ? images.seal : undefined;
  const sealBetween = seal !== undefined && count === 2;
  const column = Math.min(210, (width - 2 * columnGap) / 3) * (count === 3 ? 1 : 1.05);
  const step = sealBetween ? column + 108 * scale : (width - column * count) / (count + 1) + column;
  const name: TextStyle = { face: 'regular', size: 12 * scale, colour: colours.ink };
  const title: TextStyle = { face: 'italic', size: 10.5 * scale, colour: colours.ink };
  const labels = signatories.map((signatory) => ({
    name: fitText(type, signatory.name, name, column, fits(12 * scale)),
    title: fitText(type, signatory.title, title, column, fits(10.5 * scale)),
  }));
  const lineHeight = 13.5 * scale;
  const roomToSign = 34 * scale;
  const height =
    roomToSign + 2 * scale + lineHeight * Math.max(...labels.map((each) => each.name.length + each.title.length));
  return {
    height,
    gap: 4 * scale,
    stretch: 2,
    draw(sheet, centre, top) {
      const y = top - roomToSign;
      labels.forEach((label, i) => {
        const along = (i - (count - 1) / 2) * step;
        const x = shared.rtl ? centre - along : centre + along;
        const signature = images.signatures[i];
        if (signature) drawImage(sheet, section, signature, signatureArea(signature, x, y, column, roomToSign));
        sheet.artifact(() => sheet.rule(x - column / 2, x + column / 2, y, 0.6, colours.ink));
        let row = 0;
        for (const lines of [label.name, label.title]) {
          sheet.tagged(childOf(section, 'P'), () => {
            for (const line of lines) sheet.textCentred(line, x, y - lineHeight * ++row - 1.5 * scale);
          });
        }
      });
      if (!seal) return;
      const side = 66 * scale;
      const middle = { x: sealBetween ? centre : centre - width / 2 + side / 2, y: top - height / 2 - 2 * scale };
      // Beside one signatory or three there is room only in the corner, beside the foot.
      if (!sealBetween) middle.y = top - height - 42 * scale;
      drawImage(sheet, section, seal, fitted(seal, middle, side));
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

/** Standing on the line, its lowest strokes a little below it, as pens go. */
function signatureArea({ aspect }: PlacedImage, x: number, y: number, column: number, room: number): Area {
  const width = Math.min(column * 0.8, (room + 2) * aspect);
  return { x: x - width / 2, y: y - 4, width, height: width / aspect };
}

function fitted({ aspect }: PlacedImage, middle: { x: number; y: number }, side: number): Area {
  const [width, height] = aspect > 1 ? [side, side / aspect] : [side * aspect, side];
  return { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
}

function drawImage(sheet: Sheet, section: StructureElement, { key, alt }: PlacedImage, area: Area): void {
  const figure = childOf(section, 'Figure', { alt, box: boxOf(area) });
  sheet.tagged(figure, () => sheet.image(key, area));
}
