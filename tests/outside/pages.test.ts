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
  });
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

  test('a fault that is planted in a page is found', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(server.address('verify-form'));
    await page.evaluate(`document.querySelector('label[for=code]').remove()`);
    await page.evaluate(`document.querySelector('.lead').style.color = '#d8d4cc'`);
    const found = (await violationsOn(page)).map((text) => text.split(':')[0]);
    expect(found).toEqual(expect.arrayContaining(['label', 'color-contrast']));
  });

  test('an assessor decides by keys within a piece, and a whole set by one button, but for what was decided', async () => {
    await page.goto(server.address('assess-desk'));
    const chosen = () =>
      page.evaluate(`[...document.querySelectorAll('.piece input:checked')].map(({ value }) => value)`) as Promise<
        string[]
      >;
    expect(await chosen()).toEqual(['', '', '', '', '', '', '']);
    await page.getByRole('radio', { name: 'Decide later' }).first().focus();
    await page.keyboard.type('nm');
    expect(await chosen()).toEqual(['not-met', 'met', '', '', '', '', '']);
    await page.keyboard.type('kku');
    expect(await chosen()).toEqual(['', 'met', '', '', '', '', '']);
    await page.keyboard.type('n');
    await page.getByRole('button', { name: 'Sign off all 5 as met' }).click();
    expect(await chosen()).toEqual(['not-met', 'met', 'met', 'met', 'met', '', '']);
    expect(await page.getByRole('status').textContent()).toBe('Decided: 5');
    // Where a note is typed, letters are letters.
    await page.getByText('Add a note').first().click();
    await page.getByLabel('Note', { exact: true }).first().pressSequentially('men');
    expect(await chosen()).toEqual(['not-met', 'met', 'met', 'met', 'met', '', '']);
  });

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
