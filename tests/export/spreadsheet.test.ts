import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BundleText } from '../../functions/export/bundle-text.ts';
import { bundleTables } from '../../functions/export/tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-csv-'));
const file = join(folder, 'enrollments.csv');
/** Of the system, where it is installed: no package of ours brings it. */
const libreOffice = process.env.SOFFICE ?? 'soffice';
/** What a name could hold to make a spreadsheet act. */
const hostile = ['=1+41', '+41+1', '-1+43', '@SUM(41,1)', '\t=1+41', '\r=1+41', '=HYPERLINK("http://x.example","42")'];
const harmless = ['Łukasz Żółć', 'O"Neil, Ana', 'two\nlines'];

beforeAll(() => {
  const files = new Map<string, string>();
  const text: Pick<BundleText, 'add'> = {
    add: (path, rows, head = '') => files.set(path, (files.get(path) ?? head) + rows),
  };
  const tables = bundleTables(text);
  for (const [i, name] of [...hostile, ...harmless].entries())
    tables.enrollment({
      kind: 'enrollment',
      enrollment: `enr-${i}`,
      apprentice: { id: `a-${i}`, name },
      enrolledOn: '2026-01-05',
      framework: { id: 'small', version: '1', hash: '0'.repeat(64) },
      status: 'open',
      chain: { seq: 1, hash: '0'.repeat(64) },
      proof: { index: 0, size: 1, hashes: [] },
    });
  for (const [path, content] of files) writeFileSync(join(folder, path), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a cell that a spreadsheet would run is defused, and others are as they were', () => {
  const text = readFileSync(file, 'utf8');
  for (const name of hostile) expect(text).toContain(`,"'${name.replaceAll('"', '""')}",`);
  for (const name of harmless) expect(text).toContain(`,"${name.replaceAll('"', '""')}",`);
  expect(text.charCodeAt(0)).toBe(0xfeff);
  expect(text.match(/"enrollment","apprentice","name"/g)).toHaveLength(1);
});

test('LibreOffice opens it, and runs no formula', { timeout: 120_000 }, ({ skip }) => {
  try {
    execFileSync(libreOffice, ['--version'], { stdio: 'ignore' });
  } catch {
    skip('soffice (LibreOffice) is not installed');
  }
  const out = join(folder, 'opened');
  mkdirSync(out);
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
  // Opened and written again: a formula that ran would have left its result, 42, or its link.
  const args = [
    profile,
    '--headless',
    '--convert-to',
    'csv:Text - txt - csv (StarCalc):44,34,76',
    '--outdir',
    out,
    file,
  ];
  execFileSync(libreOffice, args, { stdio: 'ignore', timeout: 100_000 });
  const opened = readFileSync(join(out, 'enrollments.csv'), 'utf8');
  expect(opened).toContain('=1+41');
  expect(opened).not.toMatch(/(^|,)"?42"?(,|$)/m);
});
