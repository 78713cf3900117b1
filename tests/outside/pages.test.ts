import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violationsOn } from '../support/accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { pageSpecimens } from '../support/page-specimens.ts';
import { serveSpecimens } from '../support/specimen-server.ts';
import { describeWith } from './tools.ts';

describeWith(['chromium'], 'every page in every state', () => {
  let server: Awaited<ReturnType<typeof serveSpecimens>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    server = await serveSpecimens();
    browser = await openBrowser();
    page = await browser.context.newPage();
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', ({ message }) => void complaints.push(message));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const looks = [
    { width: 390, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
  ] as const;

  test.each(pageSpecimens())(
    '$name: no violation of WCAG 2.2 AA, on a phone in the light, on a desk in the dark',
    async ({ name }) => {
      for (const { width, colorScheme } of looks) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.goto(server.address(name));
        expect(await violationsOn(page)).toEqual([]);
        // Nothing is wider than the screen.
        expect(await page.evaluate(overflow)).toBe(0);
      }
      expect(complaints).toEqual([]);
    },
    60_000,
  );

  // WCAG 1.4.10 and 1.4.4.
  const narrow = { title: 'on the narrowest of screens', width: 320, letters: '16px' };
  const large = { title: 'in letters twice as large', width: 780, letters: '32px' };
  test.each([narrow, large])(
    'nothing is wider than the screen $title, in the longest language',
    async ({ width, letters }) => {
      await page.setViewportSize({ width, height: 640 });
      for (const { name } of pageSpecimens()) {
        await page.goto(server.address(name, 'es'));
        await page.evaluate(`document.documentElement.style.setProperty('font-size', '${letters}')`);
        expect([name, await page.evaluate(overflow)]).toEqual([name, 0]);
      }
    },
    120_000,
  );
});

/** By how much the page is wider than the window; as text, since it is the browser's to read. */
const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
