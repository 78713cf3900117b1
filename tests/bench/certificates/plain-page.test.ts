import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nameFor } from './names.ts';
import { ours } from './ours.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-plain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const reader = 'pdftotext';
const isMissing = spawnSync(reader, ['-v']).error !== undefined;
const because = isMissing ? `, skipped: ${reader} is not installed` : '';

const run = (tool: string, parameters: string[]) => execFileSync(tool, parameters, { encoding: 'utf8' });

test.skipIf(isMissing)(`what is measured against other makers is the page that they make${because}`, async () => {
  const { make } = await ours('page');
  const page = await import(new URL('../../peers/page.mjs', import.meta.url).href);
  for (const i of [1, 17]) {
    const path = join(folder, `${i}.pdf`);
    writeFileSync(path, await make(i));
    const lines = run(reader, ['-layout', path, '-']).split('\n');
    const read = lines.map((line) => line.trim()).filter((line) => line !== '' && line !== '\f');
    expect(read).toEqual(Object.values(page.textsFor(nameFor(i))));
    const box = run('pdfinfo', [path]);
    expect(box).toContain(`Page size:       ${page.size.width} x ${page.size.height} pts`);
    const fonts = run('pdffonts', [path]);
    expect(fonts.match(/EBGaramond-Regular +CID TrueType +Identity-H +yes yes yes/g)?.length).toBeGreaterThan(0);
  }
});
