import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pdfCertificateEngine } from '../../../functions/adapters/pdf/certificate-engine.ts';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import { certificateContent, manySkillSets } from '../../support/certificate-content.ts';
import { readPdf } from '../../support/pdf-reading.ts';

const engine = pdfCertificateEngine({
  fonts: typefaceFiles(fileURLToPath(new URL('../../..', import.meta.url))),
});
const names = [
  'Nguyễn Thị Hồng Nhung',
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου',
  'Дмитро Ковальчук',
  "O'Brien-Ñuñez III",
  'Ọlọ́runfẹ́mi Ọ̀ṣúnlàjà',
];

/** Tools that nobody here wrote. A test without its tool says that it is skipped, and why. */
function withTool(tool: string) {
  const missing = spawnSync(tool, ['--version']).error !== undefined;
  const because = missing ? `, skipped: ${tool} is not installed` : '';
  return (title: string, body: (name: string) => Promise<void>) =>
    test.skipIf(missing).each(names)(`${title}${because}`, { timeout: 30_000 }, body);
}

function run(tool: string, parameters: string[], input?: Uint8Array): Buffer {
  return execFileSync(tool, parameters, {
    ...(input && { input }),
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

describe('read by other tools', () => {
  withTool('pdftotext')('pdftotext reads %s as it was written', async (name) => {
    const { bytes } = await engine.render(certificateContent({ name }));
    const lines = run('pdftotext', ['-f', '1', '-l', '1', '-', '-'], bytes).toString().split('\n');
    expect(lines).toContain(name);
    expect(lines).toContain('Staten Island Performing Provider System');
    expect(lines).toContain('Certificate of Completion');
  });

  withTool('pdffonts')('pdffonts finds every font of %s embedded, a subset and with its text', async (name) => {
    const { bytes } = await engine.render(certificateContent({ name }));
    const rows = run('pdffonts', ['-'], bytes).toString().trim().split('\n').slice(2);
    // Three that all certificates share, and one of the name's own letters.
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const row of rows) expect(row).toMatch(/^[A-Z]{6}\+EBGaramond-\w+ +CID TrueType +Identity-H +yes yes yes/);
  });

  withTool('pdftoppm')('pdftoppm draws every letter of %s', async (name) => {
    const { bytes } = await engine.render(certificateContent({ name }));
    const image = readGrey(run('pdftoppm', ['-r', '72', '-gray', '-f', '1', '-l', '1', '-'], bytes));
    const [page] = (await readPdf(bytes)).pages;
    const shown = page?.texts.find(({ text }) => text === name);
    for (const { text, x, y, width } of shown?.glyphs ?? []) {
      if (text === ' ' || width === 0) continue;
      const top = (page?.height ?? 0) - y;
      const darkest = image.darkest({ left: x, right: x + width, top: top - 35, bottom: top + 12 });
      expect(darkest, `${text} leaves ink`).toBeLessThan(140);
    }
  });

  withTool('qpdf')('qpdf finds no fault in the document of %s', async (name) => {
    const { bytes } = await engine.render(certificateContent({ name, transcript: { courses: manySkillSets(90) } }));
    const folder = mkdtempSync(join(tmpdir(), 'journeypaper-pdf-'));
    try {
      writeFileSync(join(folder, 'certificate.pdf'), bytes);
      const report = run('qpdf', ['--check', join(folder, 'certificate.pdf')]).toString();
      expect(report).toContain('No syntax or stream encoding errors');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A binary PGM, one byte a pixel. */
function readGrey(image: Buffer) {
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(image.subarray(0, 40).toString('latin1'));
  if (!header) throw new Error('not a PGM image');
  const columns = Number(header[1]);
  const pixels = image.subarray(header[0].length);
  return {
    darkest({ left, right, top, bottom }: { left: number; right: number; top: number; bottom: number }): number {
      let darkest = 255;
      for (let row = Math.round(top); row < bottom; row++) {
        for (let column = Math.round(left); column < right; column++) {
          darkest = Math.min(darkest, pixels[row * columns + column] ?? 255);
        }
      }
      return darkest;
    },
  };
}
