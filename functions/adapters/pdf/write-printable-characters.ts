import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commonStreams } from './common-streams.ts';
import { knownLocales } from './layout/known-locales.ts';
import { fontCoverage } from './text/font-coverage.ts';
import { typefaceFiles } from './text/typeface-files.ts';
import { openTypefaces } from './text/typefaces.ts';

// Run after the fonts or Node's locale data change: node functions/adapters/pdf/write-printable-characters.ts

const root = fileURLToPath(new URL('../../..', import.meta.url));
const write = (path: string, found: object) =>
  writeFileSync(fileURLToPath(new URL(path, import.meta.url)), `${JSON.stringify(found, null, 2)}\n`);
write('./text/coverage.json', fontCoverage(typefaceFiles(root)));
write('./layout/locales.json', knownLocales());
write('./file/deflated.json', commonStreams(await openTypefaces(typefaceFiles(root))));
