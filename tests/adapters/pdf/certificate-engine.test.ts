import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pdfCertificateEngine } from '../../../functions/adapters/pdf/certificate-engine.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import type { CertificateContent } from '../../../functions/ports/certificate-engine.ts';
import { certificateContent } from '../../support/certificate-content.ts';
import { readPdf, textOf } from '../../support/pdf-reading.ts';

const fonts = typefaceFiles(fileURLToPath(new URL('../../..', import.meta.url)));
const engine = pdfCertificateEngine({ fonts });

async function certificate(content: CertificateContent) {
  return readPdf((await engine.render(content)).bytes);
}

const names = [
  'Nguyễn Thị Hồng Nhung',
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου',
  'Дмитро Ковальчук',
  "O'Brien-Ñuñez III",
  'Ọlọ́runfẹ́mi Ọ̀ṣúnlàjà',
  'Steffi Griffin Flöß',
];
const nameOf120 =
  'Maria-Theresia Wilhelmina Alexandrina Papadopoulou-Featherstonehaugh von Hohenzollern-Sigmaringen y Fernández de Córdoba';

describe('the name on a certificate', () => {
  test.each(names)('%s is shown as it was written', async (name) => {
    const { pages, title } = await certificate(certificateContent({ name }));
    expect(pages[0]?.texts.map(({ text }) => text)).toContain(name);
    expect(title).toBe(`Certificate of Completion · ${name}`);
  });

  test('a name in decomposed characters is shown in composed ones', async () => {
    const { pages } = await certificate(certificateContent({ name: 'Thị Hồng'.normalize('NFD') }));
    expect(pages[0]?.texts.map(({ text }) => text)).toContain('Thị Hồng'.normalize('NFC'));
  });

  test('a certificate printed after others extracts as the first one did', async () => {
    const content = certificateContent({ name: 'Ọlọ́runfẹ́mi' });
    const first = await pdfCertificateEngine({ fonts }).render(content);
    const busy = pdfCertificateEngine({ fonts });
    for (const name of names) await busy.render(certificateContent({ name }));
    expect((await busy.render(content)).bytes).toEqual(first.bytes);
  });

  test('a long name stays on one line in smaller type, a longer one wraps', async () => {
    const sizes = await Promise.all(
      ['Ana Lima', 'Alexandra Featherstonehaugh-Wilhelmina'].map(async (name) => {
        const { pages } = await certificate(certificateContent({ name }));
        return pages[0]?.texts.find(({ text }) => text === name)?.size;
      }),
    );
    expect(sizes[0]).toBeGreaterThan(sizes[1] ?? Number.NaN);
    const { pages } = await certificate(certificateContent({ name: nameOf120 }));
    expect(textOf(pages[0]).replaceAll('\n', ' ')).toContain(nameOf120);
  });

  test.each([
    ['letter', nameOf120],
    ['a4', nameOf120],
    ['letter', 'W'.repeat(120)],
    ['a4', 'Ể'.repeat(120)],
  ] as const)('on %s 120 characters stay clear of the frame: %s', async (page, name) => {
    expect([...name]).toHaveLength(120);
    const { pages } = await certificate(certificateContent({ name, program: { page } }));
    const [first] = pages;
    const margin = 80;
    for (const { text, glyphs } of first?.texts ?? []) {
      const last = glyphs.at(-1);
      expect(glyphs[0]?.x, text).toBeGreaterThan(margin);
      expect((last?.x ?? 0) + (last?.width ?? 0), text).toBeLessThan((first?.width ?? 0) - margin);
      expect(last?.y, text).toBeGreaterThan(56);
    }
    const shown = first?.texts
      .map(({ text }) => text)
      .join('')
      .replaceAll(' ', '');
    expect(shown).toContain(name.replaceAll(' ', ''));
  });
});

describe('a certificate', () => {
  test('equal content gives equal bytes, also from another engine', async () => {
    const [one, two] = await Promise.all(
      [engine, pdfCertificateEngine({ fonts })].map((each) => each.render(certificateContent())),
    );
    expect(one?.engine).toBe(`journeypaper-pdf/3 cldr/${process.versions.cldr}`);
    expect(two).toEqual(one);
  });

  test('equal content gives equal bytes while others are printed at the same time', async () => {
    const alone = await engine.render(certificateContent());
    const [beside] = await Promise.all(
      [certificateContent(), ...names.map((name) => certificateContent({ name }))].map(engine.render),
    );
    expect(beside).toEqual(alone);
  });

  test.each([
    ['letter', 792, 612],
    ['a4', 841.89, 595.28],
  ] as const)('is a landscape page of %s before portrait ones', async (page, width, height) => {
    const { pages } = await certificate(certificateContent({ program: { page } }));
    expect(pages.map((each) => [each.width, each.height])).toEqual([
      [width, height],
      [height, width],
    ]);
  });

  test('says what was completed, when, who signs, where it is checked and whose it is not', async () => {
    const content = certificateContent();
    const text = textOf((await certificate(content)).pages[0]);
    for (const expected of [
      'Certificate of Completion',
      'Staten Island Performing Provider System',
      'Peer Specialist Apprenticeship',
      'Completed May 14, 2026',
      'Issued May 15, 2026',
      'Joan Rivera',
      'Apprenticeship Supervisor',
      content.credentialId,
      'https://verify.example.org/c/',
      content.code,
      content.template.words.notAgency,
    ]) {
      expect(text).toContain(expected);
    }
  });

  test('of a skill set has its own title and statement', async () => {
    const achievementText = 'Engages peers in collaborative and caring relationships';
    const { pages, title } = await certificate(
      certificateContent({ achievement: 'skill-set:engage', achievementText }),
    );
    expect(title).toMatch(/^Certificate of Achievement · /);
    expect(textOf(pages[0])).toContain('Certificate of Achievement');
    expect(textOf(pages[0])).toContain(achievementText);
    expect(textOf(pages[0])).not.toContain('every requirement');
  });

  test('the placeholders of any of the template’s words are filled in', async () => {
    const words = { notAgency: 'Issued by {sponsor} for {program}.', issuedOn: 'Given on {date}' };
    const { pages } = await certificate(certificateContent({ words }));
    expect(textOf(pages[0])).toContain('Issued by Staten Island Performing Provider System for Peer Specialist.');
    expect(textOf(pages[0])).toContain('Given on May 15, 2026');
  });

  test('the longest texts that a program and a template may have fit the page', async () => {
    const words = (length: number) =>
      'Recovery support '
        .repeat(30)
        .slice(0, length - 1)
        .trim()
        .padEnd(length, 'x');
    const signatory = { name: words(120), title: words(120) };
    const content = certificateContent({
      name: nameOf120,
      program: {
        name: words(120),
        sponsor: words(160),
        signatories: [signatory, signatory, signatory],
        achievement: words(160),
      },
      words: {
        title: words(80),
        presentedTo: words(120),
        statement: `{achievement} ${words(380)}`,
        notAgency: words(300),
      },
    });
    await expect(engine.render(content)).resolves.toBeDefined();
  });
});

describe('what cannot be printed', () => {
  test.each([
    ['Zoë ⵣ', 'U+2D63'],
    ['Ann 🎓', 'U+1F393'],
  ])('%s is refused for good with its characters named', async (name, characters) => {
    await expect(engine.render(certificateContent({ name }))).rejects.toMatchObject({
      name: 'AdapterError',
      code: 'certificate.unprintable',
      retryable: false,
      message: expect.stringContaining(characters),
    });
  });

  test('a character in any text is refused, not only in the name', async () => {
    const transcript = { courses: [{ text: 'Course ⵣ', on: '2026-01-02' }] };
    await expect(engine.render(certificateContent({ transcript }))).rejects.toThrow('U+2D63');
  });

  test('a template with an unknown placeholder is refused for good', async () => {
    const content = certificateContent({ words: { statement: 'has completed {acheivement}' } });
    await expect(engine.render(content)).rejects.toMatchObject({
      code: 'certificate.template',
      retryable: false,
      message: expect.stringContaining('{acheivement}'),
    });
  });
});
