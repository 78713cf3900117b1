import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FontFiles } from './fonts.ts';

/** Reads the three fonts of `templates/fonts/`, from there or from wherever a bundle has its copy. */
export function readFontFiles(folder: string): FontFiles {
  const read = (style: string) => readFileSync(join(folder, `EBGaramond-${style}.ttf`));
  return { regular: read('Regular'), italic: read('Italic'), bold: read('SemiBold') };
}
