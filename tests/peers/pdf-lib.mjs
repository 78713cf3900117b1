import { readFile } from 'node:fs/promises';
import fontkit from '@pdf-lib/fontkit';
import { PDFDocument, rgb } from 'pdf-lib';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

/** With its font embedded as a subset, as pdf-lib's README shows it. A parsed font cannot be kept between documents. */
export async function start() {
  const bytes = await readFile(fontFile);
  return { page: (texts) => drawPage(texts, bytes, PDFDocument, rgb, fontkit) };
}

/** The same calls make the page with pdf-lib and with its fork. */
export async function drawPage(texts, bytes, Document, colour, kit) {
  const document = await Document.create();
  document.registerFontkit(kit);
  const font = await document.embedFont(bytes, { subset: true });
  document.setTitle(texts.title);
  const page = document.addPage([size.width, size.height]);
  page.drawRectangle({
    x: frame.x,
    y: frame.y,
    width: frame.width,
    height: frame.height,
    borderWidth: frame.thickness,
    borderColor: ofHex(rule, colour),
  });
  for (const { key, size: points, down } of places) {
    page.drawText(texts[key], {
      x: (size.width - font.widthOfTextAtSize(texts[key], points)) / 2,
      y: size.height - down,
      size: points,
      font,
      color: ofHex(ink, colour),
    });
  }
  return document.save();
}

function ofHex(hex, colour) {
  return colour(...[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255));
}
