import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nameFor } from './names.ts';
import { ours } from './ours.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-plain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const isMissing = spawnSync('pdftotext', ['-v']).error !== undefined;
const because = isMissing ? ', skipped: pdftotext is not installed' : '';

test.skipIf(isMissing)(`what is measured against other makers is the page that they make${because}`, async () => {
  const { make } = await ours('page');
  const page = await import(new URL('../../peers/page.mjs', import.meta.url).href);
  for (const i of [1, 17]) {
    const path = join(folder, `${i}.pdf`);
    writeFileSync(path, await make(i));
    const lines = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).split('\n');
    const read = lines.map((line) => line.trim()).filter((line) => line !== '' && line !== '\f');
    expect(read).toEqual(Object.values(page.textsFor(nameFor(i))));
    const box = execFileSync('pdfinfo', [path], { encoding: 'utf8' });
    expect(box).toContain(`Page size:       ${page.size.width} x ${page.size.height} pts`);
    const fonts = execFileSync('pdffonts', [path], { encoding: 'utf8' });
    expect(fonts.match(/EBGaramond-Regular +CID TrueType +Identity-H +yes yes yes/g)?.length).toBeGreaterThan(0);
  }
});
