import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type NameKind, nameKinds, names } from './names.ts';
import { printSpecimens, type Specimen, specimenIds } from './specimens.ts';
import { describeWith, run } from './tools.ts';

// Each test starts a tool or more; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

let printed: { folder: string; specimens: Map<string, Specimen> };
beforeAll(async () => {
  printed = await printSpecimens();
});
afterAll(() => rmSync(printed.folder, { recursive: true, force: true }));

const allIds = [...specimenIds, 'thousand-skills'];

function specimen(id: string): Specimen {
  const found = printed.specimens.get(id);
  if (!found) throw new Error(`there is no specimen ${id}`);
  return found;
}
const withName = (kind: NameKind) => specimen(`name-${kind.replaceAll(' ', '-')}`);

describeWith(['qpdf'], 'qpdf', () => {
  test.each(allIds)('finds no fault in %s', (id) => {
    const { status, text, err } = run('qpdf', ['--check', specimen(id).path]);
    expect(err).toBe('');
    expect(text).not.toMatch(/^WARNING/m);
    expect(text).toContain('No syntax or stream encoding errors found');
    expect(status).toBe(0);
  });

  test('finds the fault in a document that lacks its end', () => {
    const cut = specimen(allIds[0] ?? '').bytes;
    const { status, err } = run('qpdf', ['--check', '-'], cut.slice(0, -600));
    expect({ fine: status === 0, warned: err !== '' }).toEqual({ fine: false, warned: true });
  });
});

describeWith(['poppler'], 'poppler', () => {
  test.each(allIds)('opens %s without a word on the error stream', (id) => {
    const { status, text, err } = run('pdfinfo', [specimen(id).path]);
    const { content } = specimen(id);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(text).toMatch(/^Tagged: +yes$/m);
    expect(text).toMatch(/^Suspects: +no$/m);
    expect(text).toMatch(/^Form: +AcroForm$/m);
    expect(text).toMatch(/^JavaScript: +no$/m);
    expect(text).toMatch(/^Encrypted: +no$/m);
    expect(text).toContain(`${content.facts.name.normalize('NFC')}`);
    const [long, short] = content.program.page === 'letter' ? ['792', '612'] : ['841.89', '595.28'];
    expect(text).toMatch(new RegExp(`^Page size: +${long}\\d* x ${short}`, 'm'));
  });

  test.each(allIds)('finds every font of %s embedded, a subset, with its text', (id) => {
    const { text, err } = run('pdffonts', [specimen(id).path]);
    const rows = text.trim().split('\n').slice(2);
    expect(err).toBe('');
    expect(rows.length).toBeGreaterThan(0);
    // Columns: name, type (CID TrueType or CID Type 0C), encoding, then embedded, subset and Unicode map.
    for (const row of rows) expect(row).toMatch(/^[A-Z]{6}\+\S+ +CID (TrueType|Type 0C) +Identity-H +yes yes yes/);
  });

  test.each(nameKinds.filter((kind) => !kind.startsWith('pointed')))(
    'reads the %s name as it was written, on both pages',
    (kind) => {
      const written = asRead(kind);
      for (const page of ['1', '2']) {
        const lines = linesOf(withName(kind).path, page);
        expect(
          written.filter((each) => lines.includes(each)),
          `page ${page}: ${lines.join(' | ')}`,
        ).toHaveLength(1);
      }
    },
  );

  test.each(nameKinds.filter((kind) => kind.startsWith('pointed')))('reads the letters of the %s name', (kind) => {
    // Of points, which it takes for letters that were moved, poppler makes gaps; or turns the word round, where the
    // document says what it reads as. The letters must be there, each once, in order.
    const letters = (text: string) => text.replaceAll(/[\p{M}\s\u200b]/gu, '');
    const forth = letters(names[kind]);
    const back = letters(
      names[kind]
        .split(' ')
        .map((word) => [...word].reverse().join(''))
        .join(''),
    );
    for (const page of ['1', '2']) {
      const lines = linesOf(withName(kind).path, page).map(letters);
      expect(lines.includes(forth) || lines.includes(back), `page ${page}: ${lines.join(' | ')}`).toBe(true);
    }
  });

  /** Without spaces and hyphens: poppler takes a hyphen at the end of a line for one that the line's end has made. */
  const bareOf = (text: string) => text.replaceAll(/[\s-]+/g, '');

  test('reads a name of 300 characters whole, over its lines', () => {
    const { path, content } = specimen('long-name');
    expect(bareOf(linesOf(path, '1').join(' '))).toContain(bareOf(content.facts.name));
  });

  test.each(allIds)('reads every line of the transcript of %s, in order', (id) => {
    const { path, content } = specimen(id);
    const { skillSets, courses, certificates } = content.transcript;
    const lines = [...skillSets.flatMap((set) => [set, ...(set.skills ?? [])]), ...courses, ...certificates];
    const text = run('pdftotext', ['-enc', 'UTF-8', '-f', '2', path, '-']).text;
    const words = bareOf(text);
    let from = 0;
    for (const line of lines) {
      const wanted = bareOf(line.text);
      const at = words.indexOf(wanted, from);
      expect(at, line.text).toBeGreaterThanOrEqual(0);
      from = at + wanted.length;
    }
  });

  test('repeats the table’s heading on each of the pages of a thousand skills', () => {
    const { path, content } = specimen('thousand-skills');
    const pages = run('pdftotext', ['-enc', 'UTF-8', path, '-']).text.split('\f').slice(1, -1);
    expect(pages.length).toBeGreaterThan(10);
    for (const page of pages) expect(page).toContain(content.template.words.dateCompleted);
  });

  test.each(allIds)('takes the record out of %s, whole', (id) => {
    const { path, content } = specimen(id);
    const list = run('pdfdetach', ['-list', path]);
    expect(list.text).toMatch(/^1 embedded files/);
    const out = join(printed.folder, `${id}.json`);
    expect(run('pdfdetach', ['-save', '1', '-o', out, path]).status).toBe(0);
    const record = JSON.parse(run('cat', [out]).text);
    expect(JSON.stringify(record)).toContain(content.credentialId);
    expect(JSON.stringify(record)).toContain(content.facts.name.normalize('NFC'));
  });

  // Of fifty pages the tool takes half a minute.
  test.each(specimenIds)('tells the structure of %s: a title, text in reading order, tables', (id) => {
    const { text, err } = run('pdfinfo', ['-struct-text', specimen(id).path]);
    const { content } = specimen(id);
    const { words } = content.template;
    expect(err).toBe('');
    const spoken = plain(text).replaceAll(/[\s"]+/g, '');
    const order = [words.presentedTo, content.facts.name, words.notAgency].map((each) => each.replaceAll(/\s+/g, ''));
    // This tool knows no ActualText and no bidi: of names, those that need neither.
    const told = /^[\p{Script=Latin}\s-]+$/u.test(content.facts.name.normalize('NFC')) ? order : order.toSpliced(1, 1);
    const places = told.map((each) => spoken.indexOf(each));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
    expect(text).toMatch(/^ *H1/m);
    if (content.transcript.skillSets.length > 0) expect(text).toMatch(/^ *Table/m);
  });
});

/** The name as poppler may give it: it takes a bracket for one of the word's letters, in Chromium's documents too. */
function asRead(kind: NameKind): string[] {
  const name = names[kind].normalize('NFC');
  if (kind === 'number and arabic') return [name, ')أحمد) 2025', ') (أحمد2025'];
  if (kind === 'mixture') return [name, 'Łukasz 王明 ()محمد'];
  return [name];
}

function linesOf(path: string, page: string): string[] {
  const { text, err } = run('pdftotext', ['-enc', 'UTF-8', '-f', page, '-l', page, path, '-']);
  if (err !== '') throw new Error(err);
  return plain(text)
    .split('\n')
    .map((line) => line.trim());
}

/** Without the marks by which poppler tells a terminal which way a line runs, and in composed characters. */
function plain(text: string): string {
  return text.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').normalize('NFC');
}
