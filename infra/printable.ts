import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commonStreams } from '../functions/adapters/pdf/common-streams.ts';
import { knownLocales } from '../functions/adapters/pdf/layout/known-locales.ts';
import { fontCoverage } from '../functions/adapters/pdf/text/font-coverage.ts';
import { typefaceFiles } from '../functions/adapters/pdf/text/typeface-files.ts';
import { openTypefaces } from '../functions/adapters/pdf/text/typefaces.ts';
import { runMaker } from './run-command.ts';

const makes = `Makes again, in functions/adapters/pdf, what is stored of the fonts and of Node's locale data: the lists of characters, the
locales and the compressed streams. Run after either changes.`;

const root = join(import.meta.dirname, '..');
const write = (path: string, found: object) =>
  writeFileSync(join(root, 'functions/adapters/pdf', path), `${JSON.stringify(found, null, 2)}\n`);

await runMaker('printable', makes, async () => {
  write('text/coverage.json', fontCoverage(typefaceFiles(root)));
  write('layout/locales.json', knownLocales());
  write('file/deflated.json', commonStreams(await openTypefaces(typefaceFiles(root))));
});
