// The page that every maker of PDF is asked for: a frame, and six centred texts in one embedded TrueType font, on
// landscape Letter. Each maker beside this file exports `start()`, which does once what its makers say can be done
// once, and gives `page(texts)`, which makes one document's bytes.
import { fileURLToPath } from 'node:url';

export const size = { width: 792, height: 612 };
export const frame = { x: 36, y: 36, width: 720, height: 540, thickness: 2 };
export const fontFile = fileURLToPath(new URL('../../templates/fonts/EBGaramond-Regular.ttf', import.meta.url));
export const ink = '#1f2430';
export const rule = '#b08d4a';

/** The texts from top to bottom: type size and distance of the baseline from the page's top, in points. */
export const places = [
  { key: 'title', size: 40, down: 150 },
  { key: 'name', size: 34, down: 240 },
  { key: 'first', size: 14, down: 300 },
  { key: 'second', size: 14, down: 322 },
  { key: 'third', size: 14, down: 344 },
  { key: 'date', size: 12, down: 420 },
];

/** @typedef {{ title: string, name: string, first: string, second: string, third: string, date: string }} Texts */

/** @param {string} name @returns {Texts} */
export function textsFor(name) {
  return {
    title: 'Certificate of Completion',
    name,
    first: 'has completed the Peer Specialist Apprenticeship',
    second: 'of the Staten Island Performing Provider System,',
    third: 'having met every requirement of the program.',
    date: 'Issued May 15, 2026',
  };
}
