import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FontSource } from './typefaces.ts';

/** HarfBuzz, as the harfbuzzjs package ships it: a bundle keeps it under the same path. */
export const harfbuzzFile = 'node_modules/harfbuzzjs/dist/harfbuzz.wasm';

/** Reads fonts and HarfBuzz from the repository, or from wherever a bundle has its copies under the same paths. */
export function typefaceFiles(root: string): FontSource {
  return (file) => readFileSync(join(root, file === 'harfbuzz.wasm' ? harfbuzzFile : join('templates/fonts', file)));
}
