import { AdapterError } from '../../../ports/adapter-error.ts';
import { childOf, type StructureElement } from '../file/structure-element.ts';
import type { Block } from './block.ts';
import { certificateBlocks } from './certificate-blocks.ts';
import { type Design, certificateInset as inset } from './design.ts';
import { drawFrame, drawWatermark, type Palette, tint } from './ornament.ts';
import { drawPreviewMark } from './preview-mark.ts';
import type { Sheet } from './sheet.ts';

/** Full size first; long texts get a smaller page, down to the smallest type that reads well. */
const scales = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7];

/** The landscape page that a person would frame. */
export function drawCertificate(sheet: Sheet, design: Design): void {
  const palette = design.shared.colours;
  const centre = sheet.width / 2;
  sheet.artifact(() => drawBackground(sheet, palette));
  if (design.shared.isPreview) drawPreviewMark(sheet);
  const room = sheet.height - inset.top - inset.bottom;
  const section = childOf(design.tree, 'Sect');
  const blocks = fittingBlocks(design, section, sheet.width - 2 * inset.side, room);
  const spare = room - heightOf(blocks);
  const stretch = blocks.reduce((sum, block) => sum + block.stretch, 0);
  let top = sheet.height - inset.top;
  for (const block of blocks) {
    top -= block.gap + (spare * block.stretch) / stretch;
    block.draw(sheet, centre, top);
    top -= block.height;
  }
  const form = childOf(section, 'Form');
  form.kids.push({ annotation: 'signature' });
}

/** The ornaments of every certificate. */
export function drawBackground(sheet: Sheet, palette: Palette): void {
  drawFrame(sheet, palette);
  drawWatermark(sheet, tint(palette.rule, palette.paper, 0.16), sheet.width / 2, sheet.height / 2, 172);
}

function fittingBlocks(design: Design, section: StructureElement, width: number, room: number): Block[] {
  for (const scale of scales) {
    const blocks = certificateBlocks(design, section, width, scale);
    // The smallest type may fill the page; larger type has to leave some air.
    const air = scale === scales.at(-1) ? 0 : 12;
    if (heightOf(blocks) + air <= room) return blocks;
  }
  throw new AdapterError(
    'certificate.does-not-fit',
    'the texts of the template and the program are too long for one page: shorten template words.statement, ' +
      'words.notAgency or program signatories',
    { retryable: false },
  );
}

function heightOf(blocks: Block[]): number {
  return blocks.reduce((sum, block) => sum + block.gap + block.height, 0);
}
