import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import recoverySupport from '../../../data/programs/recovery-support-specialist.json' with { type: 'json' };
import { pdfSummaryEngine } from '../../../functions/adapters/pdf/summary-engine.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import { documentHash, sha256 } from '../../../functions/domain/hash.ts';
import { programSchema } from '../../../functions/domain/program.ts';
import type { SummaryBlock, SummaryContent } from '../../../functions/ports/summary-engine.ts';
import { readPdf } from '../../support/pdf-reading.ts';
import { realRequirements, realSummary } from '../../support/real-summary.ts';

const fonts = typefaceFiles(join(import.meta.dirname, '../../..'));
const engine = pdfSummaryEngine({ fonts });
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const program = programSchema.parse(recoverySupport);
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

const bare = (words: string) => words.normalize('NFKD').replace(/\s/g, '');

/** Everything on the pages in the order in which it was set, but for what stands at the head and the foot of each. */
async function textOn(content: SummaryContent): Promise<string> {
  const { pages } = await readPdf(await engine.render(content));
  const texts = pages.flatMap(({ height, texts }) =>
    texts.filter(({ glyphs: [first] }) => first && first.y > 50 && first.y < height - 50),
  );
  return bare(texts.map(({ text }) => text).join(''));
}

function stringsIn(block: SummaryBlock): readonly string[] {
  switch (block.kind) {
    case 'text':
      return [block.text];
    case 'facts':
      return block.facts.flat();
    case 'entry':
      return [block.title, block.standing, ...block.paragraphs.flat()];
    case 'table':
      return [...block.columns, ...block.rows.flat()];
  }
}

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

  test('stands on its pages word by word', async () => {
    const text = await textOn(content);
    const said = content.sections.flatMap(({ heading, blocks }) => [heading, ...blocks.flatMap(stringsIn)]);
    expect(said.length).toBeGreaterThan(500);
    for (const each of [content.title, ...content.under, ...said]) expect(text).toContain(bare(each));
  });

  test('is all that an audit asks of a record, read back from the PDF', async () => {
    const text = await textOn(content);
    const [assessor] = program.assessors;
    const assessed = `by ${assessor?.id} (${assessor?.name}, ${assessor?.title}; on the roster from ${assessor?.from}`;
    const open = realRequirements.filter(({ sensitive }) => !sensitive);
    const asked: Record<string, string[]> = {
      'each registered text': open.map((each) => each.text),
      'evidence, its hash, who submitted it and when': [
        'Evidence piece-5, of 2026-01-09, submitted by app-31 at 2026-01-12T14:10:00.000Z',
        `hash ${sha256('content 5')}`,
      ],
      'who assessed, with which authority then, the outcome and when': [
        `Assessed met ${assessed}`,
        ', at 2026-01-12T14:11:00.000Z, assessment assessment-5; ledger entry',
      ],
      'what was superseded, and what by': [
        'Superseded: evidence-edited of piece-3, at ',
        `of app-31, hash ${sha256('content 3')}; with it, hash ${sha256('piece 3 as it was edited')}`,
        'Withdrawn by app-31 at 2026-01-12T20:40:00.000Z',
      ],
      courses: ['Courses', ...open.filter(({ kind }) => kind === 'course').map((each) => each.text)],
      'external certificates, their dates and who checked them': [
        'External certificate of American Red Cross, number C-2291/7, issued 2025-11-02, expires 2027-11-02',
        `Checked and assessed met ${assessed}`,
      ],
      'the decision, its rules and its inputs': [
        'completion-reached on 2026-01-12, met at 2026-01-12T19:00:00.000Z',
        `hash ${documentHash(program)}; in this bundle`,
        `hash ${documentHash(program.policy)}`,
        'Its inputs, ',
        `${open[0]?.id} met 2026-01-12T14:`,
      ],
      'the certificate': [
        `61204 bytes, hash ${sha256('signed')}; without its signature ${sha256('bytes')}; certificates/cred-1.pdf`,
        'journeypaper-pdf/3',
        `Template hash ${sha256('template')}`,
        'Name used Ana Ruiz',
      ],
      'what became of it': [
        'Superseded by cred-2 at ',
        'Reissue of cred-1',
        ', holder-request: The holder asked for it',
        'credential-revoked at ',
        'cred-0: asked for, and not issued',
      ],
      'each attempt at an email': [
        'mail-1: delivery-sending by evaluate attempt 1',
        'mail-1: delivery-bounced by evaluate attempt 1, reason bounced: mailbox full',
        'mail-1: delivery-sent by evaluate attempt 2, providerId 0100018f-7d1e',
      ],
      'who read it, this pull among them': ['auditor-7, auditor export-made enr-01JB2M5K7N scope enrollment'],
    };
    for (const [what, words] of Object.entries(asked))
      for (const each of words) expect([what, each, text.includes(bare(each))]).toEqual([what, each, true]);
  });

  test('of another script is marked with its language, and nothing around it', async () => {
    const languagesOf = async (name: string) =>
      [...latin(await engine.render(realSummary(name))).matchAll(/\/Lang\(([^)]+)\)>>BDC/g)].map(([, tag]) => tag);
    expect(new Set(await languagesOf('王小明'))).toEqual(new Set(['und-Hani']));
    expect(new Set(await languagesOf('محمد علي'))).toEqual(new Set(['und-Arab']));
    expect(await languagesOf('Nguyễn Thị Hồng Nhung')).toEqual([]);
    // The hyphen of their own script is part of the name, and what stands beside it is none.
    expect(new Set(await languagesOf('יעל בן־דוד'))).toEqual(new Set(['he']));
    expect(await textOn(realSummary('יעל בן־דוד'))).toContain(bare('(app-31)'));
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
