import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pdfCertificateEngine } from '../../../functions/adapters/pdf/certificate-engine.ts';
import { paginate, type TablePart } from '../../../functions/adapters/pdf/layout/transcript-table.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import { certificateContent, manySkillSets } from '../../support/certificate-content.ts';
import { type ReadPage, readPdf, textOf } from '../../support/pdf-reading.ts';

const engine = pdfCertificateEngine({
  fonts: typefaceFiles(fileURLToPath(new URL('../../..', import.meta.url))),
});

async function transcriptOf(content: Parameters<typeof certificateContent>[0]): Promise<ReadPage[]> {
  const { pages } = await readPdf((await engine.render(certificateContent(content))).bytes);
  return pages.slice(1);
}

test('the transcript lists each line that it was given, with its date, and no other', async () => {
  const [page, ...more] = await transcriptOf({
    transcript: {
      skillSets: [{ text: 'Provides support', on: '2025-11-12' }],
      courses: [{ text: 'Ethics and boundaries', on: '2025-09-01' }],
      certificates: [{ text: 'CPR and first aid', on: '2026-01-07' }],
    },
  });
  expect(more).toEqual([]);
  const lines = linesFromTop(page);
  expect(lines.slice(lines.indexOf('Skill Sets'), lines.indexOf('Credential\u00a0'))).toEqual([
    'Skill Sets',
    'Date completed',
    'Provides support',
    'November 12, 2025',
    'Related Instruction',
    'Date completed',
    'Ethics and boundaries',
    'September 1, 2025',
    'Certificates',
    'Date completed',
    'CPR and first aid',
    'January 7, 2026',
  ]);
});

test('a certificate with nothing to list has no transcript page', async () => {
  expect(await transcriptOf({ transcript: { skillSets: [], courses: [], certificates: [] } })).toEqual([]);
});

test('a framework of 1,000 skill sets goes on over numbered pages that repeat the heading', async () => {
  const skillSets = manySkillSets(1000);
  const pages = await transcriptOf({ transcript: { skillSets } });
  expect(pages.length).toBeGreaterThan(20);
  pages.forEach((page, i) => {
    expect(textOf(page)).toContain('Skill Sets\nDate completed');
    expect(textOf(page)).toContain(`Page ${i + 2} of ${pages.length + 1}`);
    expect(textOf(page)).toContain('not the certificate of a registration agency');
  });
  const shown = pages
    .flatMap((page) => page.texts.map(({ text }) => text))
    .filter((text) => text.startsWith('Skill set '));
  expect(shown).toEqual(skillSets.map(({ text }) => text));
});

test.each(['letter', 'a4'] as const)(
  'on %s every line of a long transcript stays on the page and apart from the next',
  async (page) => {
    const text = 'Researches and identifies credible information and options from various resources, '
      .repeat(14)
      .trim();
    const skillSets = manySkillSets(12).map((line) => ({ ...line, text }));
    const pages = await transcriptOf({ program: { page }, transcript: { skillSets, courses: manySkillSets(60) } });
    for (const each of pages) {
      for (const shown of each.texts) {
        const last = shown.glyphs.at(-1);
        expect(shown.glyphs[0]?.x).toBeGreaterThan(60);
        expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThan(each.width - 60);
        expect(last?.y).toBeGreaterThan(36);
        expect(last?.y).toBeLessThan(each.height - 50);
      }
      const baselines = [...new Set(each.texts.map(({ glyphs }) => glyphs[0]?.y ?? 0))].sort((a, b) => a - b);
      for (const [i, y] of baselines.entries()) if (i > 0) expect(y - (baselines[i - 1] ?? 0)).toBeGreaterThan(7);
    }
  },
);

/** A page's texts as they stand on it. */
function linesFromTop(page: ReadPage | undefined): string[] {
  const at = ({ glyphs }: ReadPage['texts'][number]) => glyphs[0] ?? { x: 0, y: 0 };
  const texts = [...(page?.texts ?? [])].sort((a, b) => Math.round(at(b).y - at(a).y) || at(a).x - at(b).x);
  return texts.map(({ text }) => text);
}

const part = (height: number): TablePart => ({ height, draw() {} });

test('a heading never stands at the foot of a page without a row', () => {
  const section = (rows: number) => ({
    heading: part(20),
    again: part(20),
    rows: Array.from({ length: rows }, () => part(10)),
  });
  const pages = paginate([section(3), section(2)], { first: 90, later: 90 });
  expect(pages.map((page) => page.map(({ height }) => height))).toEqual([
    [20, 10, 10, 10],
    [20, 10, 10],
  ]);
});

test('a skill set that is followed by its skills never stands last on a page', () => {
  const set = { ...part(10), leads: true };
  const section = { heading: part(20), again: part(20), rows: [part(10), part(10), set, part(12), part(10)] };
  const pages = paginate([section], { first: 60, later: 60 });
  expect(pages.map((page) => page.map(({ height }) => height))).toEqual([
    [20, 10, 10],
    [20, 10, 12, 10],
  ]);
});

test('skills stand beneath their skill set, each with its own date', async () => {
  const [page] = await transcriptOf({
    transcript: {
      skillSets: [
        { text: 'Provides support', on: '2025-11-12', skills: [{ text: 'Listens', on: '2025-10-01' }] },
        { text: 'Supports recovery planning', on: '2026-01-20' },
      ],
    },
  });
  const lines = linesFromTop(page);
  expect(lines.slice(lines.indexOf('Provides support'), lines.indexOf('Credential\u00a0'))).toEqual([
    'Provides support',
    'November 12, 2025',
    'Listens',
    'October 1, 2025',
    'Supports recovery planning',
    'January 20, 2026',
  ]);
});
