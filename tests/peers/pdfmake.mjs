import pdfmake from 'pdfmake';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

/** Fonts are named once; pdfmake reads and parses the file for every document. */
export async function start() {
  pdfmake.setFonts({ Garamond: { normal: fontFile } });
  pdfmake.setLocalAccessPolicy?.((path) => path === fontFile);
  pdfmake.setUrlAccessPolicy?.(() => false);
  return { page: (texts) => pdfmake.createPdf(definition(texts)).getBuffer() };
}

function definition(texts) {
  return {
    pageSize: { width: size.width, height: size.height },
    pageMargins: 0,
    info: { title: texts.title },
    defaultStyle: { font: 'Garamond', color: ink },
    content: [
      {
        absolutePosition: { x: 0, y: 0 },
        canvas: [
          {
            type: 'rect',
            x: frame.x,
            y: frame.y,
            w: frame.width,
            h: frame.height,
            lineWidth: frame.thickness,
            lineColor: rule,
          },
        ],
      },
      ...places.map(({ key, size: points, down }) => ({
        text: texts[key],
        fontSize: points,
        alignment: 'center',
        absolutePosition: { x: 0, y: down - points },
      })),
    ],
  };
}
