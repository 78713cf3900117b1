import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import { pdfSummaryEngine } from '../../../functions/adapters/pdf/summary-engine.ts';
import { summaryThread } from '../../../functions/adapters/pdf/summary-thread.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import { sha256 } from '../../../functions/domain/hash.ts';
import type { SummaryContent } from '../../../functions/ports/summary-engine.ts';
import { realRequirements, realSummary } from '../../support/real-summary.ts';

const fonts = typefaceFiles(join(import.meta.dirname, '../../..'));
const engine = pdfSummaryEngine({ fonts });
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const wordsOf = (content: SummaryContent) => JSON.stringify(content);

describe('a summary', () => {
  test('of a hundred and more requirements has pages of one size, each with its number', async () => {
    const document = await PDFDocument.load(await engine.render(realSummary('Nguyễn Thị Hồng Nhung')));
    expect(realRequirements.length).toBeGreaterThan(100);
    expect(document.getPageCount()).toBeGreaterThan(10);
    expect(new Set(document.getPages().map((page) => `${page.getWidth()}x${page.getHeight()}`)).size).toBe(1);
    expect(document.getTitle()).toBe('Record of Nguyễn Thị Hồng Nhung');
  });

  test('has the same bytes whatever was set before, and by another engine', async () => {
    const hash = async (name: string, by = engine) => sha256(await by.render(realSummary(name)));
    const first = await hash('Ana Ruiz');
    await hash('王小明');
    expect(await hash('Ana Ruiz')).toBe(first);
    expect(await hash('Ana Ruiz', pdfSummaryEngine({ fonts }))).toBe(first);
    expect(await hash('Ana Ruis')).not.toBe(first);
  });

  test('set in a thread of its own has the same bytes, and tells what went wrong there', async () => {
    const content = realSummary('Ana Ruiz');
    const thread = summaryThread(join(import.meta.dirname, '../../..'));
    const [one, two] = await Promise.all([thread.render(content), thread.render(realSummary('王小明'))]);
    expect(sha256(one)).toBe(sha256(await engine.render(content)));
    expect(sha256(two)).toBe(sha256(await engine.render(realSummary('王小明'))));
    await expect(summaryThread('/nowhere').render(content)).rejects.toMatchObject({ code: 'summary.failed' });
  });

  test('shows what no font prints by its code points', async () => {
    const content = realSummary('Ana Ruiz', { issuer: 'Smile 😀 Ltd' });
    expect((await PDFDocument.load(await engine.render(content))).getPageCount()).toBeGreaterThan(10);
  });

  test('takes texts that are far too long for a line, and sections without any', async () => {
    const content = realSummary('Ana Ruiz');
    const [section] = content.sections;
    const wide = { kind: 'facts' as const, facts: [['Label', 'x'.repeat(9_000)] as const] };
    const long = { kind: 'text' as const, text: `${'word '.repeat(4_000)}` };
    const sections = [
      { heading: 'Empty', blocks: [] },
      { heading: 'Long', blocks: [long, wide] },
    ];
    const bytes = await engine.render({ ...content, sections: [...(section ? [section] : []), ...sections] });
    expect((await PDFDocument.load(bytes)).getPageCount()).toBeGreaterThan(3);
    // No line stands below the foot, which the last one of a page is.
    const baselines = [...latin(bytes).matchAll(/BT [\d.]+ (-?[\d.]+) Td/g)].map(([, y]) => Number(y));
    expect(Math.min(...baselines)).toBeGreaterThanOrEqual(30);
  });

  test('marks every element of its structure once, and every page back to them', async () => {
    const text = latin(await engine.render(realSummary('Ana Ruiz')));
    const opened = text.match(/ BDC|\/MCID \d+>>BDC/g) ?? [];
    expect(opened.length).toBeGreaterThan(500);
    expect((text.match(/(BDC|BMC)\n/g) ?? []).length).toBe((text.match(/EMC\n/g) ?? []).length);
  });
});

describe('what a summary says', () => {
  const content = realSummary('Ana Ruiz');
  const words = wordsOf(content);

  test('is every requirement’s registered text with its evidence, hash, assessor and the authority then', () => {
    for (const { text, sensitive } of realRequirements.filter((each) => !each.sensitive)) {
      expect(sensitive).toBe(false);
      expect(words).toContain(JSON.stringify(text).slice(1, -1));
    }
    expect(words).toContain(sha256('content 5'));
    expect(words).toMatch(
      /Assessed met by [a-z-]+ \([^)]+; on the roster from 20\d\d-\d\d-\d\d.*, program version [0-9a-f]{12}\)/,
    );
    expect(words).toContain('External certificate of American Red Cross, number C-2291/7, issued 2025-11-02');
    expect(words).toMatch(/Superseded: evidence-edited of piece-3, at /);
  });

  test('is the decision with its rules and inputs, both credentials, every email attempt and this very pull', () => {
    expect(words).toMatch(/completion-reached on 2026-01-12/);
    expect(words).toMatch(/Its inputs, \d+ requirements: /);
    expect(words).toContain('61204 bytes, hash');
    expect(words).toContain('["Reissue of","cred-1"]');
    expect(words).toContain('["Superseded by","cred-2 at');
    expect(words).toContain('bounced: mailbox full');
    expect(words).toContain('"auditor-7, auditor","export-made"');
    expect(words).toContain('3 earlier ones are in access.csv.');
  });

  test('leaves out what is sensitive, and says that it did; unredacted it is there', () => {
    const sensitive = realRequirements.filter((each) => each.sensitive);
    expect(sensitive.length).toBeGreaterThan(0);
    const shown = wordsOf(realSummary('Ana Ruiz', { unredacted: true }));
    for (const { id, text } of sensitive) {
      expect(words).not.toContain(JSON.stringify(text).slice(1, -1));
      expect(words).not.toMatch(new RegExp(`(?<![a-z0-9-])${id}(?![a-z0-9-])`));
      expect(shown).toContain(JSON.stringify(text).slice(1, -1));
    }
    expect(words).toContain('is redacted');
    expect(shown).not.toContain('is redacted');
  });

  test('holds no address', () => {
    expect(words).not.toContain('@apprentices.example');
  });
});
