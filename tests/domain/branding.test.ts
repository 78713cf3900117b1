import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documentIssue } from '../../functions/acts/document-issue.ts';
import { decodePng } from '../../functions/adapters/pdf/images/png.ts';
import { coloursOf, contrastOf, contrastWarnings, imageHashes, imagesOf } from '../../functions/domain/branding.ts';
import { programHashes, programSchema, templateSchema } from '../../functions/domain/program.ts';
import { directionOf } from '../../functions/domain/template-words.ts';
import { drawPictures } from '../../infra/pictures.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { smallProgram } from '../support/small-world.ts';

const root = new URL('../..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root));
const json = (path: string) => JSON.parse(read(path).toString());
const templates = ['classic', 'classic-es', 'classic-ar'];
const programs = ['staten-island-peer-specialist', 'recovery-support-specialist'];

type Json = Record<string, never>;
const faultOf = (change: (template: { words: Json; colours: Json } & Json) => unknown) => {
  const template = json('templates/certificate/classic.json');
  change(template);
  const parsed = templateSchema.safeParse(template);
  return parsed.success ? undefined : documentIssue(parsed.error);
};

describe('a template', () => {
  test.each(templates)('%s is sound, is named as its file is, and says whose certificate it is not', (id) => {
    const template = templateSchema.parse(json(`templates/certificate/${id}.json`));
    expect(template.id).toBe(id);
    expect(template.words.notAgency.length).toBeGreaterThan(40);
    expect(contrastWarnings({}, template)).toEqual([]);
  });

  test('runs the way its language is written, unless it says otherwise', () => {
    const languages = ['en-US', 'es', 'ar-EG', 'he', 'fa', 'ur', 'hi', 'zh-Hant', 'az-Arab', 'az'];
    expect(languages.map((language) => directionOf({ language }))).toEqual([
      'ltr',
      'ltr',
      'rtl',
      'rtl',
      'rtl',
      'rtl',
      'ltr',
      'ltr',
      'rtl',
      'ltr',
    ]);
    expect(directionOf({ language: 'ar', direction: 'ltr' })).toBe('ltr');
  });

  test.each([
    [
      'a placeholder mistyped',
      (t) => Object.assign(t.words, { statement: 'of {achivement}' }),
      'words.statement: {achivement} is not a placeholder; use {program}, {sponsor}, {achievement} or {date}',
    ],
    [
      'a fact in the page number',
      (t) => Object.assign(t.words, { page: '{date}' }),
      'words.page: {date} is not a placeholder; use {page} or {pages}',
    ],
    [
      'a brace alone',
      (t) => Object.assign(t.words, { title: 'Certificate {program' }),
      'words.title: a brace stands alone; leave it out, or write {program}, {sponsor}, {achievement} or {date}',
    ],
    [
      'an unknown field',
      (t) => Object.assign(t, { colour: '#000000' }),
      'colour: not a field; those known are schema, id, language, direction, colours, words',
    ],
    [
      'an unknown colour',
      (t) => Object.assign(t.colours, { border: '#000000' }),
      'colours.border: not a field; those known are ink, accent, rule, paper',
    ],
    [
      'unknown words',
      (t) => Object.assign(t.words, { subtitle: 'With honours' }),
      'words.subtitle: not a field; those known are title, skillSetTitle,',
    ],
    [
      'no language',
      (t) => Object.assign(t, { language: 'en_US' }),
      'language: "en_US" is no language tag; give a BCP 47 tag such as en-US, es or ar',
    ],
    ['a language badly written', (t) => Object.assign(t, { language: 'EN-us' }), 'language: "EN-us" is written en-US'],
    [
      'a language without dates',
      (t) => Object.assign(t, { language: 'tlh' }),
      'language: dates cannot be written in "tlh"; give a BCP 47 tag such as en-US, es or ar',
    ],
    [
      'a colour by name',
      (t) => Object.assign(t.colours, { ink: 'navy' }),
      'colours.ink: a colour is # and six lower-case hex digits',
    ],
  ] as [string, Parameters<typeof faultOf>[0], string][])(
    'with %s is refused, and the field is named',
    (_, change, words) => {
      expect(faultOf(change)).toContain(words);
    },
  );
});

describe('colours', () => {
  test('have the contrast that WCAG reckons', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 10);
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
    expect(contrastOf('#ffffff', '#777777')).toBeCloseTo(4.478, 3);
    expect(contrastOf('#1f3a5f', '#1f3a5f')).toBe(1);
  });

  test('of a program stand in for those of its template, one by one', () => {
    const branding = { colours: { accent: '#112233' } };
    expect(coloursOf({ branding }, classicTemplate)).toEqual({ ...classicTemplate.colours, accent: '#112233' });
    expect(coloursOf({}, classicTemplate)).toEqual(classicTemplate.colours);
  });

  test('too pale for their paper are warned of where they are written', () => {
    const branding = { colours: { accent: '#777777', paper: '#ffffff' } };
    expect(contrastWarnings({ branding }, classicTemplate)).toEqual([
      'program branding.colours.accent: its contrast with the paper is 4.47; make it 4.5 or more',
    ]);
    const pale = { colours: { ...classicTemplate.colours, ink: '#cccccc' } };
    expect(contrastWarnings({}, pale)).toEqual([
      'template colours.ink: its contrast with the paper is 1.56; make it 4.5 or more',
    ]);
  });
});

describe('pictures', () => {
  const image = (file: string, sha256?: string) => ({ file, alt: 'Alt', ...(sha256 !== undefined && { sha256 }) });
  const branded = (branding: object, signature?: object) => ({
    ...smallProgram(),
    branding,
    signatories: [{ name: 'Ada Sample', title: 'Director', ...(signature && { signature }) }],
  });

  test('are named with their fields, and by each hash once', () => {
    const program = programSchema.parse(
      branded(
        { logo: image('l.png', 'a'.repeat(64)), seal: image('s.jpg', 'b'.repeat(64)) },
        image('s.jpg', 'b'.repeat(64)),
      ),
    );
    expect(imagesOf(program).map(({ field, image: { file } }) => [field, file])).toEqual([
      ['branding.logo', 'l.png'],
      ['branding.seal', 's.jpg'],
      ['signatories.0.signature', 's.jpg'],
    ]);
    expect(imageHashes(program)).toEqual(['a'.repeat(64), 'b'.repeat(64)]);
    expect(imageHashes(smallProgram())).toEqual([]);
  });

  test('are pinned by the hash that a credential freezes', () => {
    const hashOf = (sha256: string) =>
      programHashes(programSchema.parse(branded({ logo: image('l.png', sha256) })), classicTemplate).program;
    expect(hashOf('a'.repeat(64))).not.toBe(hashOf('b'.repeat(64)));
  });

  test.each(['../logo.png', 'logos/logo.png', '/etc/logo.png', 'logo.svg', '.png', 'logo.png\u0000'])(
    '%j is no name of a file beside the program',
    (file) => {
      const parsed = programSchema.safeParse(branded({ logo: image(file) }));
      expect(parsed.error && documentIssue(parsed.error)).toMatch(/^branding\.logo\.file: the name of a \.png/);
    },
  );

  test('without words to be read aloud are refused', () => {
    const parsed = programSchema.safeParse(branded({ logo: { file: 'logo.png', alt: ' ' } }));
    expect(parsed.error && documentIssue(parsed.error)).toMatch(/^branding\.logo\.alt: /);
  });

  test('of both programs are those that this project drew', () => {
    const drawn = drawPictures();
    const named = programs.flatMap((id) => imagesOf(programSchema.parse(json(`data/programs/${id}.json`))));
    expect([...new Set(named.map(({ image: { file } }) => file))].sort()).toEqual([...drawn.keys()].sort());
    for (const [file, picture] of drawn) {
      const { kind: _, ...printed } = decodePng(read(`data/programs/${file}`));
      expect(Buffer.compare(printed.samples, picture.samples), file).toBe(0);
      expect({ ...printed, samples: 0 }, file).toEqual({ ...picture, samples: 0 });
    }
  });
});
