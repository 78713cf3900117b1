import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMaker } from '../../infra/run-command.ts';
import { engineHere, sealerHere } from '../support/engine-here.ts';
import { type RealCertificate, realCertificate, realPrograms } from '../support/real-certificates.ts';
import { names } from './names.ts';
import { palettePng, readColour } from './palette-png.ts';
import { run } from './tools.ts';

const folder = join(import.meta.dirname, '../../templates/certificate');
const scripts = {
  'Latin, Vietnamese': names.vietnamese,
  Greek: names.polytonic,
  Cyrillic: names.cyrillic,
  Arabic: names.arabic,
  Hebrew: names.hebrew,
  Devanagari: names.devanagari,
  Thai: names.thai,
  Chinese: names.chinese,
};
const titles: Record<(typeof realPrograms)[number], string> = {
  'staten-island-peer-specialist': 'Peer Specialist',
  'recovery-support-specialist': 'Recovery Support Specialist',
};
const holder = 'Marisol Nguyễn-Ortega';
/** So that a page of a dozen pictures loads on a phone. */
const mostBytes = 150_000;

const engine = engineHere();
const sealer = sealerHere();

async function picture(file: string, given: RealCertificate, page: number, dots: number): Promise<string> {
  const content = realCertificate(given);
  const { bytes } = await sealer.seal(await engine.render(content), content.program, content.requestedAt);
  const { out, err } = run('pdftoppm', ['-r', `${dots}`, '-f', `${page}`, '-l', `${page}`, '-'], bytes);
  if (err !== '') throw new Error(err);
  const drawn = readColour(out);
  const png = [128, 64, 32].map((colours) => palettePng(drawn, colours)).find(({ length }) => length <= mostBytes);
  if (!png) throw new Error(`${file} is larger than ${mostBytes} bytes`);
  writeFileSync(join(folder, 'gallery', file), png);
  return `gallery/${file}`;
}

async function programs(): Promise<string[]> {
  const lines: string[] = [];
  for (const program of realPrograms) {
    const given = { program, name: holder };
    const first = await picture(`${program}-1.png`, given, 1, 84);
    const second = await picture(`${program}-2.png`, given, 2, 84);
    lines.push(
      `## ${titles[program]}\n`,
      `![${titles[program]}: the certificate](${first})\n`,
      `![${titles[program]}: the transcript](${second})\n`,
    );
  }
  return lines;
}

async function inScripts(): Promise<string[]> {
  const lines: string[] = [];
  for (const [script, name] of Object.entries(scripts)) {
    const file = `script-${script.toLowerCase().replaceAll(/\W+/g, '-')}.png`;
    const path = await picture(file, { program: 'staten-island-peer-specialist', name }, 1, 56);
    lines.push(`### ${script}\n`, `![The certificate of ${name}](${path})\n`);
  }
  return lines;
}

const makes = `Makes templates/certificate/GALLERY.md and its pictures again: the certificates of both programs and of names in eight
scripts. Needs poppler.`;

await runMaker('gallery', makes, async () => {
  mkdirSync(join(folder, 'gallery'), { recursive: true });
  for (const file of readdirSync(join(folder, 'gallery'))) rmSync(join(folder, 'gallery', file));
  const text = [
    '# Certificates, as they are printed\n',
    'The two programs that come with Journeypaper, then one certificate for names in eight scripts. The names are made up.',
    '`npm run gallery` makes this page again; it draws the signed PDF with poppler.\n',
    ...(await programs()),
    '## One certificate, eight scripts\n',
    ...(await inScripts()),
  ];
  writeFileSync(join(folder, 'GALLERY.md'), `${text.join('\n').trimEnd()}\n`);
});
