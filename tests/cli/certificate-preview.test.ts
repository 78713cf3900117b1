import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng, type Png } from '../../functions/adapters/pdf/images/png.ts';
import { repository, run } from './cli-run.ts';
import { writeHarbor } from './harbor.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-preview-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let pdfium: PDFiumLibrary;
beforeAll(async () => {
  pdfium = await PDFiumLibrary.init();
});
afterAll(() => pdfium.destroy());

type Previewed = { outcome: string; pdf: string; pages: string[]; bytes: number; warnings: string[] };
const id = 'staten-island-peer-specialist';
const place = () => mkdtempSync(join(folder, 'p-'));

/** A preview that has to succeed. */
async function preview(program: string, ...more: string[]): Promise<Previewed> {
  const ran = await run(['certificate', 'preview', program, '--out', place(), '--json', ...more]);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  return ran.json() as Previewed;
}

async function textOf({ pdf }: Previewed): Promise<string[]> {
  const document = await pdfium.loadDocument(readFileSync(pdf));
  const pages: string[] = [];
  // One at a time: PDFium has the text of the page that was opened last.
  for (const page of document.pages()) pages.push(page.getText());
  document.destroy();
  return pages;
}

const pictureAt = (file: string | undefined): Png => decodePng(readFileSync(file ?? ''));

/** How many pixels of a picture are as this says. */
function countOf({ samples }: Png, is: (red: number, green: number, blue: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < samples.length; i += 3) {
    if (is(samples[i] ?? 0, samples[i + 1] ?? 0, samples[i + 2] ?? 0)) count++;
  }
  return count;
}
const isMark = (red: number, green: number, blue: number) => red > 225 && green < 200 && blue < 195 && blue > 160;

describe('a preview', () => {
  test('is a PDF and a picture of each page, marked on all of them, without a stack', async () => {
    const shown = await preview(id, '--name', 'Nguyễn Thị Hồng Nhung');
    const pages = await textOf(shown);
    expect(shown.pages).toHaveLength(pages.length);
    expect(pages[0]).toContain('Nguyễn Thị Hồng Nhung'.normalize('NFC'));
    expect(pages[0]).toContain('PREVIEW-NOT-A-CERTIFICATE');
    expect(pages[0]).toContain('It is not the certificate of a registration agency');
    expect(pages[1]).toContain('Engages peers in collaborative and caring relationships');
    for (const [i, page] of shown.pages.entries()) {
      const picture = pictureAt(page);
      expect([picture.width, picture.height]).toEqual(i === 0 ? [1584, 1224] : [1224, 1584]);
      expect(countOf(picture, isMark), page).toBeGreaterThan(2_000);
    }
  });

  test('has the colours of the program, in their order', async () => {
    const { pages } = await preview('recovery-support-specialist');
    // The accent, #1f4d3d: a green whose red and blue cannot be taken for one another.
    expect(
      countOf(pictureAt(pages[0]), (red, green, blue) => red === 0x1f && green === 0x4d && blue === 0x3d),
    ).toBeGreaterThan(1_000);
  });

  test.each([
    ['classic-es', 'Se otorga el presente certificado a', 'No es el certificado de un organismo de registro'],
    ['classic-ar', 'هذه الشهادة', 'وليست شهادة جهة التسجيل'],
  ])('in the words of %s', async (template, words, notAgency) => {
    const [first = ''] = await textOf(await preview(id, '--template', template));
    const folded = first.replaceAll(/\s+/g, ' ');
    expect(folded).toContain(words);
    expect(folded).toContain(notAgency);
  });

  test('prints a name of every script at once', async () => {
    const leftToRight = ['Ŵṩṻ', 'Ελένη', 'Дмитрий', 'अनुष्का', 'สมหญิง', '王小明', 'さくら', '김민수'];
    const shown = await preview(id, '--name', [...leftToRight, 'أحمد', 'שירה'].join(' '));
    const [first = ''] = await textOf(shown);
    const read = first.normalize('NFC').replaceAll('\u200b', '');
    for (const name of leftToRight) expect(read).toContain(name);
  });

  test('with fewer pages than the one before leaves none of its pages behind', async () => {
    const out = place();
    const stale = join(out, 'staten-island-peer-specialist-9.png');
    const other = join(out, 'staten-island-peer-specialist-notes.png');
    for (const file of [stale, other]) writeFileSync(file, 'x');
    const ran = await run(['certificate', 'preview', id, '--out', out]);
    expect(ran.stdout.split('\n')).toEqual([
      expect.stringMatching(/^Wrote .*staten-island-peer-specialist\.pdf \(2 pages, [\d,]+ bytes\)$/),
      expect.stringMatching(/-1\.png$/),
      expect.stringMatching(/-2\.png$/),
      '',
    ]);
    expect([existsSync(stale), existsSync(other)]).toEqual([false, true]);
  });

  test('of a program file of one’s own has its pictures, and warns of pale colours', async () => {
    const args = writeHarbor(place(), ({ program }) =>
      Object.assign(program, {
        branding: { logo: { file: 'mark.png', alt: 'A mark' }, colours: { ink: '#9a9a9a' } },
      }),
    );
    const [, , file = '', ...folders] = args;
    cpSync(join(repository, 'data/programs/recovery-support-specialist.logo.png'), join(dirname(file), 'mark.png'));
    const ran = await run(['certificate', 'preview', file, ...folders, '--out', place(), '--json']);
    const warning = 'program branding.colours.ink: its contrast with the paper is 2.73; make it 4.5 or more';
    expect(ran).toMatchObject({ exitCode: 0, stderr: `warning: ${warning}\n` });
    const { warnings, pages } = ran.json() as Previewed;
    expect(warnings).toEqual([warning]);
    // The sun of the emblem, which is in no colour of the template.
    expect(
      countOf(pictureAt(pages[0]), (red, green, blue) => red === 200 && green === 147 && blue === 58),
    ).toBeGreaterThan(100);
  });

  test('of a framework of a thousand skills has pages enough for them', async () => {
    const args = writeHarbor(place(), ({ program, framework }) => {
      Object.assign(program, { policy: { transcriptSkills: true } });
      const [set] = framework.skillSets;
      if (!set) throw new Error('the harbor has no skills');
      framework.skillSets = Array.from({ length: 50 }, (_, i) => ({
        ...set,
        id: `set-${i}`,
        text: `Set ${i}`,
        skills: Array.from({ length: 20 }, (_, j) => ({
          id: `set-${i}-${j + 1}`,
          text: `Skill ${i}.${j} of a thousand`,
        })),
      }));
      framework.courses = [];
      framework.certificates = [];
    });
    const [, , file = '', ...folders] = args;
    const shown = await preview(file, ...folders);
    const pages = (await textOf(shown)).map((page) => page.replaceAll(/\s+/g, ' '));
    const all = pages.join(' ');
    for (const skill of ['Skill 0.0 ', 'Skill 24.19 ', 'Skill 49.19 ']) expect(all).toContain(skill);
    expect(all.match(/of a thousand/g)).toHaveLength(1_000);
    expect(pages.slice(1).every((page) => page.includes('Date completed'))).toBe(true);
    expect(pages.length).toBeGreaterThan(15);
  }, 120_000);
});

describe('what cannot be previewed names the field and the remedy', () => {
  test.each([
    [
      'an unknown program',
      ['nowhere'],
      3,
      'program: data/programs has no nowhere.json; give the id of one that it has',
    ],
    ['no such file', ['nowhere/at-all.json'], 2, 'program nowhere/at-all.json: there is no such file'],
    ['an unknown template', [id, '--template', 'nowhere'], 2, 'nowhere.json: there is no such file'],
    [
      'a template that is no id',
      [id, '--template', '../classic'],
      2,
      'program template: lower-case letters, digits and "-"',
    ],
    [
      'a name of 300 characters',
      [id, '--name', 'x'.repeat(300)],
      2,
      '--name: a name has at most 120 characters; this one has 300; give another',
    ],
    ['a name of nothing', [id, '--name', ' '], 2, '--name: a name has at least one character'],
    [
      'a name that no font prints',
      [id, '--name', 'Zoë 🎓'],
      1,
      '--name: no font of ours prints 🎓 (U+1F393); give the name',
    ],
    ['a folder that is a file', [id, '--out', join(repository, 'package.json')], 2, '--out'],
  ] as [string, string[], number, string][])('%s', async (_, args, exitCode, words) => {
    const ran = await run(['certificate', 'preview', '--out', place(), ...args]);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
  });

  test('a broken picture', async () => {
    const args = writeHarbor(place(), ({ program }) =>
      Object.assign(program, { branding: { logo: { file: 'mark.jpg', alt: 'A mark' } } }),
    );
    const [, , file = '', ...folders] = args;
    writeFileSync(join(dirname(file), 'mark.jpg'), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 40, 1));
    const ran = await run(['certificate', 'preview', file, ...folders, '--out', place()]);
    expect(ran).toMatchObject({
      exitCode: 2,
      stderr: 'program branding.logo.file: mark.jpg is cut short; save it again\n',
    });
  });

  test.each([
    ['a broken font', (file: string) => writeFileSync(file, 'not a font')],
    ['a font cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 3_000))],
    ['no font', (file: string) => rmSync(file)],
  ])('%s', async (_, harm) => {
    const root = place();
    mkdirSync(join(root, 'templates'));
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    symlinkSync(join(repository, 'data'), join(root, 'data'));
    symlinkSync(join(repository, 'templates/certificate'), join(root, 'templates/certificate'));
    cpSync(join(repository, 'templates/fonts'), join(root, 'templates/fonts'), { recursive: true });
    harm(join(root, 'templates/fonts/EBGaramond-Regular.ttf'));
    const ran = await run(['certificate', 'preview', id, '--out', place()], { root });
    expect(ran).toMatchObject({ stdout: '' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/^templates\/fonts: EBGaramond-Regular\.ttf .*; put the repository's own file there\n$/);
  });
});
