import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { launch } from 'puppeteer-core';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executable = process.env.CHROMIUM ?? executables.find((path) => existsSync(path));
if (!executable) throw new Error('not installed: apt-get install chromium');

/** One browser and one page, kept open with the font loaded; only the texts change. */
export async function start() {
  const browser = await launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'],
  });
  const page = await browser.newPage();
  await page.goto('about:blank');
  const font = readFileSync(fontFile, 'base64');
  await page.setContent(`<style>
    @font-face { font-family: Garamond; src: url(data:font/ttf;base64,${font}) }
    @page { size: ${size.width}pt ${size.height}pt; margin: 0 }
    body { margin: 0; font-family: Garamond; color: ${ink} }
    div { position: absolute; left: 0; width: ${size.width}pt; text-align: center; line-height: 1 }
    #frame { left: ${frame.x}pt; top: ${frame.y}pt; width: ${frame.width}pt; height: ${frame.height}pt;
      box-sizing: border-box; border: ${frame.thickness}pt solid ${rule} }
    </style><div id="frame"></div>
    ${places.map(({ key, size: points, down }) => `<div id="${key}" style="font-size: ${points}pt; top: ${down - points}pt"></div>`).join('')}`);
  const { pid } = browser.process();
  return {
    page: async (texts) => {
      await page.evaluate((given) => {
        document.title = given.title;
        for (const [key, text] of Object.entries(given)) document.getElementById(key).textContent = text;
        return document.fonts.ready.then(() => undefined);
      }, texts);
      return page.pdf({ preferCSSPageSize: true, printBackground: true });
    },
    /** Of all the browser's processes, in microseconds; the client's own is left out. */
    cpu: () => treeMicroseconds(pid),
    stop: () => browser.close(),
  };
}

/** User and system time of a process and all below it. The kernel counts in hundredths of a second. */
function treeMicroseconds(root) {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(name) : []));
  const tree = new Set([root]);
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.reduce((sum, { pid, ticks }) => sum + (tree.has(pid) ? ticks * 10_000 : 0), 0);
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0);
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks }];
  } catch {
    // It ended while we looked.
    return [];
  }
}
