import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { decodePng } from '../../functions/adapters/pdf/images/png.ts';
import type { Language } from '../../functions/api/pages/language.ts';
import { runCommand } from '../../infra/run-command.ts';
import { openBrowser } from '../support/browser.ts';
import { pageSpecimens } from '../support/page-specimens.ts';
import { serveSpecimens } from '../support/specimen-server.ts';
import { palettePng } from './palette-png.ts';

const help = `npm run screenshots [-- FOLDER]

Makes templates/web/GALLERY.md and its pictures again. With a folder, puts every page in every state there, whole, at
both widths, light and dark (28 MB). Needs Chromium.
`;

const folder = join(import.meta.dirname, '../../templates/web');
const screens = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 860 } } as const;
type Look = { screen: keyof typeof screens; scheme: 'light' | 'dark'; language?: Language };

/** So that a page of a dozen pictures loads on a phone. */
const mostBytes = 150_000;

const shown: readonly { name: string; title: string; looks: readonly Look[] }[] = [
  {
    name: 'verify-in-force',
    title: 'Anyone verifies a certificate',
    looks: [
      { screen: 'desk', scheme: 'light' },
      { screen: 'phone', scheme: 'dark', language: 'es' },
    ],
  },
  { name: 'verify-revoked', title: 'One that was revoked', looks: [{ screen: 'phone', scheme: 'light' }] },
  { name: 'verify-suspended', title: 'One that is suspended', looks: [{ screen: 'phone', scheme: 'light' }] },
  {
    name: 'cohort',
    title: 'A program sees who is how far, and who needs somebody',
    looks: [
      { screen: 'desk', scheme: 'light' },
      { screen: 'phone', scheme: 'light' },
    ],
  },
  { name: 'person', title: 'One record by skill set', looks: [{ screen: 'desk', scheme: 'dark' }] },
  {
    name: 'revoke',
    title: 'Before something is done, what will follow',
    looks: [{ screen: 'phone', scheme: 'light' }],
  },
  {
    name: 'assess-desk',
    title: 'An assessor decides',
    looks: [
      { screen: 'desk', scheme: 'light' },
      { screen: 'phone', scheme: 'dark' },
    ],
  },
  { name: 'me-complete', title: 'An apprentice’s own papers', looks: [{ screen: 'desk', scheme: 'light' }] },
  { name: 'me', title: 'And before that, what comes next', looks: [{ screen: 'phone', scheme: 'light' }] },
  { name: 'record', title: 'An auditor reads a record and its ledger', looks: [{ screen: 'desk', scheme: 'light' }] },
  { name: 'enroll-wrong', title: 'A form that is not right yet', looks: [{ screen: 'phone', scheme: 'light' }] },
];

type Server = Awaited<ReturnType<typeof serveSpecimens>>;

async function show(
  server: Server,
  page: Page,
  name: string,
  { screen, scheme, language = 'en' }: Look,
): Promise<void> {
  await page.setViewportSize(screens[screen]);
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(server.address(name, language));
  await page.evaluate('document.fonts.ready');
}

const fileOf = (name: string, { screen, scheme, language }: Look) =>
  `${[name, screen, scheme, language].filter(Boolean).join('-')}.png`;

async function writeGallery(server: Server, page: Page): Promise<void> {
  mkdirSync(join(folder, 'gallery'), { recursive: true });
  for (const file of readdirSync(join(folder, 'gallery'))) rmSync(join(folder, 'gallery', file));
  const lines = [
    '# Pages, as they look\n',
    'With made-up people. `npm run screenshots` makes this page again, with Chromium; `npm run screenshots -- FOLDER` puts every page in every state there.\n',
  ];
  for (const { name, title, looks } of shown) {
    lines.push(`## ${title}\n`);
    for (const look of looks) {
      await show(server, page, name, look);
      const file = fileOf(name, look);
      writeFileSync(join(folder, 'gallery', file), small(file, await page.screenshot()));
      lines.push(
        `![${title}, ${look.screen === 'phone' ? 'on a phone' : 'at a desk'}, ${look.scheme}](gallery/${file})\n`,
      );
    }
  }
  writeFileSync(join(folder, 'GALLERY.md'), `${lines.join('\n').trimEnd()}\n`);
}

function small(file: string, png: Uint8Array): Buffer {
  const { width, height, samples } = decodePng(png);
  const made = [128, 64].map((colours) => palettePng({ width, height, pixels: samples }, colours));
  const found = made.find(({ length }) => length <= mostBytes);
  if (!found) throw new Error(`${file} is larger than ${mostBytes} bytes`);
  return found;
}

async function writeAll(server: Server, page: Page, into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  for (const { name } of pageSpecimens())
    for (const screen of Object.keys(screens) as (keyof typeof screens)[])
      for (const scheme of ['light', 'dark'] as const) {
        await show(server, page, name, { screen, scheme });
        const path = join(into, fileOf(name, { screen, scheme }));
        await page.screenshot({ path, fullPage: true });
      }
}

/** @throws Error, in words for whoever typed it, where a flag is wrong. */
function readOptions(args: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
  const [into, ...rest] = positionals;
  if (rest.length > 0) throw new Error('one folder, or none');
  return { ...values, into };
}

await runCommand({
  name: 'screenshots',
  help,
  readOptions,
  async run({ into }) {
    const server = await serveSpecimens();
    const { context, close } = await openBrowser();
    const page = await context.newPage();
    await (into === undefined ? writeGallery(server, page) : writeAll(server, page, into));
    await close();
    await server.stop();
    return true;
  },
});
