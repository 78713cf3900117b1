import { readFile } from 'node:fs/promises';
import { create } from 'fontkit';
import PDFDocument from 'pdfkit';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

/** pdfkit takes a font that fontkit has parsed once for all documents. `font: null` leaves out the standard font. */
export async function start() {
  const font = create(await readFile(fontFile));
  return {
    page: (texts) =>
      new Promise((resolve, reject) => {
        const document = new PDFDocument({ size: [size.width, size.height], margin: 0, font: null });
        const parts = [];
        document.on('data', (part) => parts.push(part));
        document.on('end', () => resolve(Buffer.concat(parts)));
        document.on('error', reject);
        document.info.Title = texts.title;
        document.rect(frame.x, frame.y, frame.width, frame.height).lineWidth(frame.thickness).stroke(rule);
        document.font(font).fillColor(ink);
        for (const { key, size: points, down } of places) {
          document
            .fontSize(points)
            .text(texts[key], 0, down, { align: 'center', width: size.width, baseline: 'alphabetic' });
        }
        document.end();
      }),
  };
}
