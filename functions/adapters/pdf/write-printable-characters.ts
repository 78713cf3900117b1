import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageOf } from './font-coverage.ts';
import { readFontFiles } from './font-files.ts';

// Run after the fonts change: node functions/adapters/pdf/write-printable-characters.ts

const fonts = fileURLToPath(new URL('../../../templates/fonts', import.meta.url));
const target = fileURLToPath(new URL('./printable-characters.json', import.meta.url));
const ranges = coverageOf(readFontFiles(fonts)).map((range) => JSON.stringify(range).replace(',', ', '));
const lines: string[] = [];
for (const range of ranges) {
  const last = lines.at(-1);
  if (last !== undefined && last.length + range.length + 2 < 110) lines[lines.length - 1] = `${last}, ${range}`;
  else lines.push(range);
}
writeFileSync(target, `{\n  "ranges": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`);
