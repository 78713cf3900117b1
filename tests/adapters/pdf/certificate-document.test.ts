import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodePDFRawStream, PDFDict, PDFDocument, PDFHexString, PDFName, PDFRawStream, PDFString } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import { pdfCertificateEngine } from '../../../functions/adapters/pdf/certificate-engine.ts';
import type { Revision } from '../../../functions/adapters/pdf/revision.ts';
import { revisionCache } from '../../../functions/adapters/pdf/revision-cache.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import type { CertificateContent } from '../../../functions/ports/certificate-engine.ts';
import { certificateContent, manySkillSets } from '../../support/certificate-content.ts';
import { readPdf } from '../../support/pdf-reading.ts';

const root = join(import.meta.dirname, '../../..');
const engine = pdfCertificateEngine({ fonts: typefaceFiles(root) });
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('the signature’s slot', () => {
  test('holds zeros between its brackets, and the byte range is all else', async () => {
    const { bytes, slot } = await engine.render(certificateContent());
    const text = latin(bytes);
    const end = slot.start + 1 + slot.length;
    expect(text.slice(slot.start, end + 1)).toBe(`<${'0'.repeat(slot.length)}>`);
    const range = /\/ByteRange\[(\d+) (\d+) (\d+) (\d+)\]/.exec(text)?.slice(1).map(Number);
    expect(range).toEqual([0, slot.start, end + 1, bytes.length - end - 1]);
  });

  test('has the size that the engine was given', async () => {
    const small = pdfCertificateEngine({ fonts: typefaceFiles(root), signatureBytes: 700 });
    expect((await small.render(certificateContent())).slot.length).toBe(1_400);
  });
});

describe('the attached record', () => {
  test('says what the paper says, as data', async () => {
    const content = certificateContent({
      transcript: {
        skillSets: [
          { text: 'Provides "support"', on: '2025-11-12', skills: [{ text: 'Listens', on: '2025-10-01' }] },
          { text: 'Plans', on: '2026-01-20' },
        ],
        courses: [{ text: 'Ethics', on: '2025-09-01' }],
      },
    });
    const { facts, program } = content;
    expect(await recordIn(content)).toEqual({
      schema: 'journeypaper/certificate-record/1',
      credentialId: content.credentialId,
      code: content.code,
      verify: `${program.verifyUrl}${content.code}`,
      achievement: 'completion',
      achievementText: content.achievementText,
      name: facts.name,
      completedOn: facts.completedOn,
      issuedOn: content.issuedOn,
      requestedAt: content.requestedAt,
      framework: facts.framework,
      program: { id: program.id, name: program.name, hash: facts.hashes.program },
      issuer: program.sponsor,
      transcript: content.transcript,
    });
  });

  test('keeps an empty transcript empty', async () => {
    const transcript = { skillSets: [], courses: [], certificates: [] };
    expect(await recordIn(certificateContent({ transcript }))).toMatchObject({ transcript });
  });
});

describe('what certificates share', () => {
  test.each([
    ['a text of the transcript', { transcript: { courses: [{ text: 'Ethics', on: '2025-09-01' }] } }],
    ['the achievement', { achievementText: 'Another Apprenticeship' }],
    ['a signatory', { program: { signatories: [{ name: 'Ruth Feldman', title: 'Mentor' }] } }],
    ['a word of the template', { words: { presentedTo: 'Given to' } }],
    ['the paper', { program: { page: 'a4' as const } }],
    ['a colour', { program: { branding: { colours: { accent: '#004400' } } } }],
  ])('is drawn anew where %s differs', async (_, given) => {
    await engine.render(certificateContent());
    const after = await engine.render(certificateContent(given));
    const alone = await pdfCertificateEngine({ fonts: typefaceFiles(root) }).render(certificateContent(given));
    expect(createHash('sha256').update(after.bytes).digest('hex')).toBe(
      createHash('sha256').update(alone.bytes).digest('hex'),
    );
    expect(latin(after.bytes)).not.toBe(latin((await engine.render(certificateContent())).bytes));
  });

  test('words with a date in them are those of each certificate', async () => {
    const words = { presentedTo: 'On {date} presented to' };
    for (const completedOn of ['2026-05-14', '2025-01-02']) {
      const content = certificateContent({ words });
      const { bytes } = await engine.render({ ...content, facts: { ...content.facts, completedOn } });
      const texts = (await readPdf(bytes)).pages[0]?.texts.map(({ text }) => text);
      const date = completedOn === '2026-05-14' ? 'May 14, 2026' : 'January 2, 2025';
      expect(texts).toContain(`On ${date} presented to`);
    }
  });

  test('is kept within bounds, the least recently used given up first', () => {
    const cache = revisionCache({ weight: 10_000_000, count: 2 });
    const revision = { bytes: new Uint8Array(10), pages: [] } as unknown as Revision;
    for (const name of ['one', 'two']) cache.put('1', [name], revision);
    cache.get('1', ['one']);
    cache.put('1', ['three'], revision);
    expect(['one', 'two', 'three'].map((name) => cache.get('1', [name]) !== undefined)).toEqual([true, false, true]);
    const tight = revisionCache({ weight: 600_000, count: 9 });
    for (const name of ['one', 'two']) tight.put('1', [name], revision);
    expect(['one', 'two'].map((name) => tight.get('1', [name]) !== undefined)).toEqual([false, true]);
  });
});

test('another process prints the same bytes', async () => {
  const content = certificateContent({ transcript: { courses: manySkillSets(80) } });
  const script = `
    import { pdfCertificateEngine } from './functions/adapters/pdf/certificate-engine.ts';
    import { typefaceFiles } from './functions/adapters/pdf/text/typeface-files.ts';
    import { createHash } from 'node:crypto';
    const content = { ...${JSON.stringify(content)}, images: new Map() };
    const { bytes } = await pdfCertificateEngine({ fonts: typefaceFiles('.') }).render(content);
    process.stdout.write(createHash('sha256').update(bytes).digest('hex'));`;
  const there = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  const { bytes } = await engine.render(content);
  expect(there).toBe(createHash('sha256').update(bytes).digest('hex'));
}, 60_000);

test('whatever name can be printed, the pages stay two, and it is read back within the frame', async () => {
  const scripts = [
    "aeiouzñễŁ-' ",
    'αβγδώΩ ',
    'джщЖя ',
    'أحمدبيوسف ',
    'אבגדה ',
    '王小明李 ',
    'さくらカナ ',
    '김민수박 ',
    'กขคสมชาย ',
  ];
  const name = fc.constantFrom(...scripts).chain((letters) =>
    fc
      .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 120 })
      .map((all) => all.join('').replace(/ +/g, ' ').trim().normalize('NFC'))
      .filter((text) => text !== ''),
  );
  await fc.assert(
    fc.asyncProperty(name, fc.constantFrom('letter' as const, 'a4' as const), async (text, page) => {
      const { bytes } = await engine.render(certificateContent({ name: text, program: { page } }));
      const { pages, title } = await readPdf(bytes);
      expect(pages).toHaveLength(2);
      expect(title).toContain(text);
      const [first] = pages;
      const size = Math.max(...(first?.texts.map((each) => each.size) ?? []));
      expect(size).toBeLessThanOrEqual(48);
      for (const { glyphs } of first?.texts ?? []) {
        for (const glyph of glyphs) {
          expect(glyph.x).toBeGreaterThan(70);
          expect(glyph.x + glyph.width).toBeLessThan((first?.width ?? 0) - 70);
          expect(glyph.y).toBeGreaterThan(50);
        }
      }
      const shown = [...(first?.texts.flatMap(({ glyphs }) => glyphs.map((glyph) => glyph.text)) ?? [])].join('');
      const letters = [...shown.replaceAll('\u200b', '')];
      // Lines from the right stand in the order of their glyphs: here it counts that no letter is missing.
      for (const letter of new Set(text.replaceAll(' ', ''))) {
        expect(letters.filter((each) => each === letter).length).toBeGreaterThanOrEqual(
          [...text].filter((each) => each === letter).length,
        );
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

describe('what cannot be printed', () => {
  test.each([
    [300, 'W'],
    [300, '王'],
    [2_000, 'a'],
  ])('a name of %i times %s is refused for good, and named by its field', async (count, letter) => {
    await expect(engine.render(certificateContent({ name: letter.repeat(count) }))).rejects.toMatchObject({
      code: 'certificate.does-not-fit',
      retryable: false,
      message: expect.stringContaining('facts.name'),
    });
  });

  test('a name of 300 characters in words fits', async () => {
    const name = 'Maria Theresia '.repeat(20).trim();
    const { pages } = await readPdf((await engine.render(certificateContent({ name }))).bytes);
    expect(pages[0]?.texts.map(({ text }) => text).join(' ')).toContain(name);
  });

  const logo = (sha256: string) => ({ branding: { logo: { file: 'logo.png', alt: 'The logo', sha256 } } });

  test('a picture that was not stored is named by its field', async () => {
    const content = certificateContent({ program: logo('a'.repeat(64)) });
    await expect(engine.render(content)).rejects.toMatchObject({
      code: 'certificate.image',
      retryable: false,
      message: expect.stringContaining('branding.logo'),
    });
  });

  test('so is a broken one, and the next certificate is none the worse', async () => {
    const file = readFileSync(join(root, 'data/programs/staten-island-peer-specialist.logo.png')).subarray(0, 500);
    const images = new Map([['b'.repeat(64), new Uint8Array(file)]]);
    const content = certificateContent({ program: logo('b'.repeat(64)), images });
    const before = await engine.render(certificateContent());
    await expect(engine.render(content)).rejects.toMatchObject({
      code: 'certificate.image',
      message: expect.stringContaining('branding.logo: logo.png'),
    });
    expect(await engine.render(certificateContent())).toEqual(before);
  });

  test('an address too long for a QR code is named by its field', async () => {
    const content = certificateContent({ program: { verifyUrl: `https://example.org/${'ü'.repeat(90)}/` } });
    await expect(engine.render(content)).rejects.toMatchObject({
      code: 'certificate.does-not-fit',
      message: expect.stringContaining('verifyUrl'),
    });
  });
});

test('pictures are read aloud by their words', async () => {
  const file = readFileSync(join(root, 'data/programs/staten-island-peer-specialist.logo.png'));
  const sha256 = createHash('sha256').update(file).digest('hex');
  const content = certificateContent({
    program: { branding: { logo: { file: 'logo.png', alt: 'Two rings over water', sha256 } } },
    images: new Map([[sha256, new Uint8Array(file)]]),
  });
  const document = await PDFDocument.load((await engine.render(content)).bytes, { updateMetadata: false });
  const alts = document.context.enumerateIndirectObjects().flatMap(([, object]) => {
    const alt = object instanceof PDFDict ? object.get(PDFName.of('Alt')) : undefined;
    return alt instanceof PDFHexString || alt instanceof PDFString ? [alt.decodeText()] : [];
  });
  expect(alts).toContain('Two rings over water');
});

async function recordIn(content: CertificateContent): Promise<unknown> {
  const document = await PDFDocument.load((await engine.render(content)).bytes, { updateMetadata: false });
  const file = document.context
    .enumerateIndirectObjects()
    .map(([, object]) => object)
    .find(
      (object) => object instanceof PDFRawStream && String(object.dict.get(PDFName.of('Type'))) === '/EmbeddedFile',
    );
  if (!(file instanceof PDFRawStream)) throw new Error('nothing is attached');
  return JSON.parse(Buffer.from(decodePDFRawStream(file).decode()).toString('utf8'));
}
