import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fontScripts, hanOrder, latinFonts, scriptFonts } from '../../functions/adapters/pdf/text/font-list.ts';
import { type Picture, readGrey } from './ink.ts';
import { run } from './tools.ts';

const fonts = join(import.meta.dirname, '../../templates/fonts');

/** The dots an inch at which names are compared. */
export const dots = 200;

/**
 * Has Chromium set each text in our fonts, in the order in which we fall back, and gives a picture of each. Chromium
 * shapes and places; pdftoppm draws its glyphs as it draws ours.
 */
export function setByChromium(texts: readonly string[], language: string): Picture[] {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-chromium-'));
  try {
    const page = join(folder, 'names.html');
    const pdf = join(folder, 'names.pdf');
    writeFileSync(page, html(texts, language));
    const quiet = ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    const access = [
      '--allow-file-access-from-files',
      '--virtual-time-budget=20000',
      '--no-pdf-header-footer',
      `--print-to-pdf=${pdf}`,
    ];
    const { err } = run('chromium', [...quiet, ...access, pathToFileURL(page).href]);
    if (!readFileSync(pdf).subarray(0, 5).equals(Buffer.from('%PDF-'))) throw new Error(err);
    const pictures = readGrey(run('pdftoppm', ['-r', String(dots), '-gray', pdf]).out);
    if (pictures.length !== texts.length) throw new Error(`${pictures.length} pages for ${texts.length} texts`);
    return pictures;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function html(texts: readonly string[], language: string): string {
  // Brackets go with the letters that they hold, as ours do: the font of the text's script comes first.
  const fits = (text: string) => (font: string) => new RegExp(`\\p{Script=${fontScripts[font]}}`, 'u').test(text);
  const families = (text: string) => {
    const all = [latinFonts.regular, ...scriptFonts, ...hanOrder(text, language)];
    return [...new Set([...all.filter(fits(text)), ...all])];
  };
  const faces = [...new Set(texts.flatMap(families))].map((name) => {
    const url = pathToFileURL(join(fonts, `${name}.ttf`)).href;
    return `@font-face { font-family: '${name}'; src: url('${url}') }`;
  });
  const pages = texts.map((text) => {
    const list = families(text).map((name) => `'${name}'`);
    // `plaintext`: which way the text runs is seen from its first letter, as we see it.
    return `<p dir="auto" style="font-family: ${list.join(', ')}">${escaped(text)}</p>`;
  });
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><style>
    ${faces.join('\n')}
    @page { size: 1000pt 160pt; margin: 0 }
    p { margin: 0; height: 150pt; break-after: page; font-size: 48pt; line-height: 150pt; text-align: center;
      unicode-bidi: plaintext; white-space: nowrap }
    p:last-child { break-after: auto }
  </style>${pages.join('')}</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
