import { readFile } from 'node:fs/promises';
import fontkit from '@cantoo/fontkit';
import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import { fontFile } from './page.mjs';
import { drawPage } from './pdf-lib.mjs';

/** With the fork's own fontkit, as its README asks. */
export async function start() {
  const bytes = await readFile(fontFile);
  return { page: (texts) => drawPage(texts, bytes, PDFDocument, rgb, fontkit) };
}
