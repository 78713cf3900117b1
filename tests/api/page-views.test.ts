import { describe, expect, test } from 'vitest';
import { chooseLanguage, languages, texts, wordsOf } from '../../functions/api/pages/language.ts';
import { linkedInAddress } from '../../functions/api/pages/linked-in.ts';
import { pageSpecimens, specimenNames } from '../support/page-specimens.ts';

const script = `</title><script>alert('1')</script><img src=x onerror="alert(2)">"'&`;

describe('what people write is text, never markup', () => {
  test.each(pageSpecimens({ text: script }))('$name has it escaped wherever it stands', async ({ html }) => {
    const page = String(await html);
    expect(page).not.toMatch(/<script>|<img src=x|alert\('1'\)|onerror="alert/);
    // Every script is a file of ours, and no page has a style or a handler within it.
    expect(
      page.match(/<script[^>]*>/g)?.every((tag) => /^<script type="module" src="\/web\/[\w-]+\.js">$/.test(tag)),
    ).toBe(true);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=["']|javascript:/);
  });

  test('the pages that show a text of a person show all of it', async () => {
    const shown = await Promise.all(pageSpecimens({ text: 'Zwölf & <b>' }).map(async ({ html }) => String(await html)));
    expect(shown.filter((page) => page.includes('Zwölf &amp; &lt;b&gt;')).length).toBeGreaterThan(30);
  });
});

describe('every page', () => {
  const all = pageSpecimens();

  test('has one title, one first heading, its language and a main landmark', async () => {
    for (const { name, html } of all) {
      const page = String(await html);
      expect([name, page.match(/<h1[ >]/g)?.length]).toEqual([name, 1]);
      expect([name, page.match(/<title>/g)?.length]).toEqual([name, 1]);
      expect(page).toContain('<html lang="en" dir="ltr">');
      expect(page).toContain('<main id="main"');
    }
  });

  test('says that the sponsor is not the registration agency', async () => {
    for (const { html } of all) expect(String(await html)).toContain('not the certificates of a registration agency');
  });

  test('gives a name its own direction', async () => {
    const page = String(await all.find(({ name }) => name === 'verify-suspended')?.html);
    expect(page).toContain(`<bdi dir="auto">${specimenNames[3]}</bdi>`);
  });

  test('no page leaves a placeholder unfilled, in any language', async () => {
    for (const language of languages)
      for (const { name, html } of pageSpecimens({ language })) {
        // The paths and patterns that it tells of have braces of their own.
        if (name === 'docs') continue;
        const page = String(await html).replaceAll(/data-some="[^"]*"/g, '');
        expect([name, /\{\w+\}/.exec(page)?.[0]]).toEqual([name, undefined]);
      }
  });
});

describe('texts', () => {
  const flat = (language: keyof typeof texts) =>
    Object.entries(texts[language]).flatMap(([group, entries]) =>
      Object.entries(entries).map(([name, text]) => [`${group}.${name}`, text] as const),
    );
  const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

  test.each(languages)('%s has every key of English, with the same placeholders, and none of its own', (language) => {
    const english = new Map(flat('en'));
    const own = new Map(flat(language));
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of own)
      expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
  });

  test.each(languages)('%s has no markup and no empty text', (language) => {
    for (const [key, text] of flat(language)) expect([key, /^[^<>]+$/.test(text)]).toEqual([key, true]);
  });

  test('numbers take the form that the language asks for', () => {
    expect(wordsOf('en').n('assess.pieces', 1)).toBe('1 piece of evidence waits');
    expect(wordsOf('en').n('assess.pieces', 1200)).toBe('1,200 pieces of evidence wait');
    expect(wordsOf('es').n('assess.pieces', 2)).toBe('Esperan 2 evidencias');
  });
});

describe('the language of a page', () => {
  test('is the one that its address asks for, then the one chosen before, then the browser’s', () => {
    expect(chooseLanguage({ query: 'es', cookie: 'en', accept: 'en' })).toBe('es');
    expect(chooseLanguage({ query: 'xx', cookie: 'es', accept: 'en' })).toBe('es');
    expect(chooseLanguage({ accept: 'fr, es-MX;q=0.8, en;q=0.9' })).toBe('en');
    expect(chooseLanguage({ accept: 'de, es-MX;q=0.5, en;q=0' })).toBe('es');
  });

  test('is English where nothing says otherwise, whatever a header holds', () => {
    for (const accept of [undefined, '', ';;q=,', 'q=1', '*', 'x'.repeat(10_000)])
      expect(chooseLanguage({ accept })).toBe('en');
  });
});

test('a certificate added to LinkedIn carries the address at which anybody checks it', () => {
  const credential = { requestedAt: '2026-05-15T14:30:00.000Z', code: 'ABC' };
  const words = { achievement: 'Peer & Friend', sponsor: 'Sponsor', verifyAddress: 'https://verify.example/v/ABC' };
  const address = new URL(linkedInAddress(credential, words));
  expect([address.origin, address.pathname]).toEqual(['https://www.linkedin.com', '/profile/add']);
  expect(Object.fromEntries(address.searchParams)).toEqual({
    startTask: 'CERTIFICATION_NAME',
    name: 'Peer & Friend',
    organizationName: 'Sponsor',
    issueYear: '2026',
    issueMonth: '5',
    certUrl: 'https://verify.example/v/ABC',
    certId: 'ABC',
  });
});
