import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pdfSummaryEngine } from '../../functions/adapters/pdf/summary-engine.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import { realSummary } from '../support/real-summary.ts';
import { nameKinds, names } from './names.ts';
import { describeWith, run } from './tools.ts';
import { flavours, judge } from './verapdf.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-summaries-'));
const pathOf = (kind: string) => join(folder, `${kind.replaceAll(' ', '-')}.pdf`);

beforeAll(async () => {
  const engine = pdfSummaryEngine({ fonts: typefaceFiles(join(import.meta.dirname, '../..')) });
  for (const kind of nameKinds) writeFileSync(pathOf(kind), await engine.render(realSummary(names[kind])));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith(['veraPDF'], 'veraPDF judges summaries', () => {
  test.each(flavours)('by %s, with a name of every script they keep every rule', { timeout: 300_000 }, (flavour) => {
    const verdicts = judge(flavour, nameKinds.map(pathOf));
    expect(verdicts.size).toBe(nameKinds.length);
    for (const [name, { compliant, broken, checks }] of verdicts) {
      expect([name, broken]).toEqual([name, []]);
      expect(compliant).toBe(true);
      expect(checks).toBeGreaterThan(10_000);
    }
  });
});

describeWith(['qpdf', 'poppler'], 'other readers of summaries', () => {
  test.each(nameKinds)('find nothing wrong with one of a %s name, and read it back', (kind) => {
    const checked = run('qpdf', ['--check', pathOf(kind)]);
    expect([checked.status, checked.err]).toEqual([0, '']);
    const { text } = run('pdftotext', ['-enc', 'UTF-8', pathOf(kind), '-']);
    // Word by word: each reader puts brackets, marks and the words of two directions in an order of its own.
    const bare = (words: string) => words.normalize('NFKD').replace(/[\s\p{M}\u200b-\u200f\u202a-\u202e]/gu, '');
    for (const word of names[kind].split(/[\s()]+/)) expect(bare(text)).toContain(bare(word));
    expect(text).toMatch(/Page 2 of \d+/);
    expect(text).toContain('Assessed met by');
  });
});
