import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent } from '../../ports/certificate-engine.ts';
import type { Block } from './block.ts';
import { certificateBlocks } from './certificate-blocks.ts';
import { drawFrame, drawWatermark, tint } from './ornament.ts';
import type { Sheet } from './sheet.ts';
import type { Typesetter } from './typesetting.ts';

/** The column's distance from the paper's edge: clear of the frame, with room to breathe. */
const inset = { side: 92, top: 63, bottom: 62 };

/** Full size first; long texts get a smaller page, down to the smallest type that reads well. */
const scales = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7];

/** The landscape page that a person would frame. */
export function drawCertificate(content: CertificateContent, type: Typesetter): (sheet: Sheet) => void {
  return (sheet) => {
    const palette = content.template.colours;
    const centre = sheet.width / 2;
    drawFrame(sheet, palette);
    drawWatermark(sheet, tint(palette.rule, palette.paper, 0.16), centre, sheet.height / 2, 172);
    const room = sheet.height - inset.top - inset.bottom;
    const blocks = fittingBlocks(content, type, sheet.width - 2 * inset.side, room);
    const spare = room - heightOf(blocks);
    const stretch = blocks.reduce((sum, block) => sum + block.stretch, 0);
    let top = sheet.height - inset.top;
    for (const block of blocks) {
      top -= block.gap + (spare * block.stretch) / stretch;
      block.draw(sheet, centre, top);
      top -= block.height;
    }
  };
}

function fittingBlocks(content: CertificateContent, type: Typesetter, width: number, room: number): Block[] {
  for (const scale of scales) {
    const blocks = certificateBlocks(content, type, width, scale);
    if (heightOf(blocks) <= room) return blocks;
  }
  throw new AdapterError(
    'certificate.does-not-fit',
    'the texts of the template and the program are too long for one page',
    {
      retryable: false,
    },
  );
}

function heightOf(blocks: Block[]): number {
  return blocks.reduce((sum, block) => sum + block.gap + block.height, 0);
}
