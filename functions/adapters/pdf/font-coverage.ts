import { type FontFiles, openFaces } from './fonts.ts';

/**
 * The characters that any text may have, as ranges of code points, first and last included: those of the upright and the
 * bold font. (Where the italic lacks one, the upright takes its place.)
 */
export function coverageOf(files: FontFiles): number[][] {
  const { regular, bold } = openFaces(files);
  const inBold = new Set(bold.font.characterSet);
  const both = regular.font.characterSet.filter((codePoint) => inBold.has(codePoint)).sort((a, b) => a - b);
  const ranges: number[][] = [];
  for (const codePoint of both) {
    const last = ranges.at(-1);
    if (last?.[1] === codePoint - 1) last[1] = codePoint;
    else ranges.push([codePoint, codePoint]);
  }
  return ranges;
}
