import { encodePng } from '../adapters/pdf/images/encode-png.ts';
import { usageFailure } from './answer.ts';

/** Dots to a point: 144 an inch. */
const scale = 2;

/**
 * A PNG of every page, drawn by PDFium, which is a reader that nobody here wrote.
 *
 * @throws CliFailure `preview.reader` where the development packages are not installed
 */
export async function picturesOf(pdf: Uint8Array): Promise<Uint8Array[]> {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium').catch((error: unknown) => {
    const message = 'pictures are drawn by a development package that is not installed: run `npm ci`';
    throw usageFailure('preview.reader', message, error);
  });
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(pdf);
    const pictures: Uint8Array[] = [];
    for (const page of document.pages()) {
      const { width, height, data } = await page.render({ scale, render: 'bitmap', renderFormFields: true });
      pictures.push(encodePng({ width, height, colours: 3, samples: withoutAlpha(data) }));
    }
    document.destroy();
    return pictures;
  } finally {
    library.destroy();
  }
}

/** A page is opaque. */
function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) rgb.set(rgba.subarray(from, from + 3), to);
  return rgb;
}
