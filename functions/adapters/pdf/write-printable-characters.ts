import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fontCoverage } from './text/font-coverage.ts';
import { typefaceFiles } from './text/typeface-files.ts';

// Run after the fonts change: node functions/adapters/pdf/write-printable-characters.ts

const root = fileURLToPath(new URL('../../..', import.meta.url));
const target = fileURLToPath(new URL('./text/coverage.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(fontCoverage(typefaceFiles(root)), null, 2)}\n`);
