import { readFile } from 'node:fs/promises';
import { jsPDF } from 'jspdf';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

/** A font of one's own goes into each document's virtual files as base64; it is encoded once. */
export async function start() {
  const base64 = await readFile(fontFile, 'base64');
  return {
    page: async (texts) => {
      const document = new jsPDF({
        unit: 'pt',
        format: [size.width, size.height],
        orientation: 'landscape',
        putOnlyUsedFonts: true,
        compress: true,
      });
      document.addFileToVFS('Garamond.ttf', base64);
      document.addFont('Garamond.ttf', 'Garamond', 'normal');
      document.setProperties({ title: texts.title });
      document.setDrawColor(rule).setLineWidth(frame.thickness).rect(frame.x, frame.y, frame.width, frame.height);
      document.setFont('Garamond', 'normal').setTextColor(ink);
      for (const { key, size: points, down } of places) {
        document.setFontSize(points).text(texts[key], size.width / 2, down, { align: 'center' });
      }
      return new Uint8Array(document.output('arraybuffer'));
    },
  };
}
