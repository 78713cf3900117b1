import { directionOf } from '../../../domain/template-words.ts';
import { AdapterError } from '../../../ports/adapter-error.ts';
import type { CertificateContent } from '../../../ports/certificate-engine.ts';
import { localeOf } from './locale.ts';

/** Text as it is printed: composed characters, and no line break or tab of its own. */
export function printed(text: string): string {
  return text.normalize('NFC').replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ');
}

/** The kinds of tables that a transcript may have, in their order. */
export const sectionKinds = ['skillSets', 'courses', 'certificates'] as const;
export type Section = { kind: (typeof sectionKinds)[number]; title: string; lines: SectionLine[] };
/** `skills` stand beneath a skill set. Each line and each skill has its date. */
export type SectionLine = { text: string; skills: string[] };

/** Everything printed that certificates of one achievement share, with the template's words filled in. */
export type SharedContent = {
  programId: string;
  programName: string;
  sponsor: string;
  achievementText: string;
  isCompletion: boolean;
  isPreview: boolean;
  page: CertificateContent['program']['page'];
  language: string;
  rtl: boolean;
  colours: CertificateContent['template']['colours'];
  title: string;
  /** Filled in, but for `statement`, parted by its achievement elsewhere, and what has a date or page number of its own. */
  words: CertificateContent['template']['words'];
  values: Record<string, string>;
  signatories: CertificateContent['program']['signatories'];
  branding: CertificateContent['program']['branding'];
  /** The verification address up to the code. */
  verifyBase: string;
  /** The same in ASCII, as links and QR codes have it. */
  verifyHref: string;
  sections: Section[];
};

/** Of any section: only skill sets have skills. */
type Line = CertificateContent['transcript']['skillSets'][number];

const ownWords = ['statement', 'skillSetStatement', 'completedOn', 'issuedOn', 'page'] as const;

export function sharedContent(content: CertificateContent): SharedContent {
  const { program, template } = content;
  const values: Record<string, string> = {
    program: printed(program.name),
    sponsor: printed(program.sponsor),
    achievement: printed(content.achievementText),
    date: dateInWords(content.facts.completedOn, template.language),
  };
  const words = Object.fromEntries(
    Object.entries(template.words).map(([key, text]) => [
      key,
      (ownWords as readonly string[]).includes(key) ? printed(text ?? '') : filled(printed(text ?? ''), values),
    ]),
  ) as SharedContent['words'];
  const isCompletion = content.achievement === 'completion';
  return {
    programId: program.id,
    programName: values.program ?? '',
    sponsor: values.sponsor ?? '',
    achievementText: values.achievement ?? '',
    isCompletion,
    isPreview: content.isPreview === true,
    page: program.page,
    language: template.language,
    rtl: (template.direction ?? localeOf(template.language).direction ?? directionOf(template)) === 'rtl',
    colours: { ...template.colours, ...given(program.branding?.colours) },
    title: isCompletion ? words.title : (words.skillSetTitle ?? words.title),
    words,
    values,
    signatories: program.signatories.map((signatory) => ({
      ...signatory,
      name: printed(signatory.name),
      title: printed(signatory.title),
    })),
    branding: program.branding,
    verifyBase: verifyBase(program.verifyUrl),
    verifyHref: new URL(verifyBase(program.verifyUrl)).href,
    sections: sectionsOf(content, words),
  };
}

/**
 * Everything that `sharedContent` and the pictures are made from, as a list: equal lists make equal pages. Made and
 * compared for every certificate, which is cheaper than a key of so much text.
 */
export function sharedTexts(content: CertificateContent): string[] {
  const { program, template, transcript, achievement } = content;
  const texts = [
    achievement === 'completion' ? achievement : '',
    content.isPreview ? 'preview' : '',
    content.achievementText,
    // A date within words that are otherwise shared makes them differ from day to day.
    hasDate(template) ? content.facts.completedOn : '',
    asText(template),
    asText(program, printedOf),
  ];
  for (const kind of sectionKinds) {
    texts.push('', kind);
    const lines: readonly Line[] = transcript[kind];
    for (const line of lines) {
      texts.push(line.text);
      if (line.skills === undefined) continue;
      texts.push(beneath);
      for (const skill of line.skills) texts.push(skill.text);
      texts.push(beneath);
    }
  }
  return texts;
}

function printedOf({ id, name, sponsor, page, verifyUrl, signatories, branding }: CertificateContent['program']) {
  return [id, name, sponsor, page, verifyUrl, signatories, branding];
}

const written = new WeakMap<object, string>();

/** A document that many contents hold, as one text. Nobody changes a program or a template after it was read. */
function asText<T extends object>(document: T, part: (document: T) => unknown = (whole) => whole): string {
  let text = written.get(document);
  if (text === undefined) {
    text = JSON.stringify(part(document));
    written.set(document, text);
  }
  return text;
}

/** Marks where skills begin and end: no text is it. */
const beneath = '\u0000';

function hasDate({ words }: CertificateContent['template']): boolean {
  for (const key in words) {
    if (key === 'completedOn' || key === 'issuedOn') continue;
    if (words[key as keyof typeof words]?.includes('{date}')) return true;
  }
  return false;
}

function sectionsOf({ transcript }: CertificateContent, words: SharedContent['words']): Section[] {
  return sectionKinds
    .map((kind) => ({
      kind,
      title: words[kind],
      lines: transcript[kind].map((line: Line) => ({
        text: printed(line.text),
        skills: (line.skills ?? []).map(({ text }) => printed(text)),
      })),
    }))
    .filter(({ lines }) => lines.length > 0);
}

/** The dates of all the transcript's lines in the order of `SharedContent.sections`, each set before its skills. */
export function transcriptDates({ transcript }: CertificateContent): string[] {
  const dates: string[] = [];
  for (const kind of sectionKinds) {
    const lines: readonly Line[] = transcript[kind];
    for (const line of lines) {
      dates.push(line.on);
      if (line.skills) for (const skill of line.skills) dates.push(skill.on);
    }
  }
  return dates;
}

function given<T extends object>(values: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Fills `{program}` and the like. A template that names anything else is wrong, and is so at every attempt. */
export function filled(words: string, values: Record<string, string>): string {
  if (!words.includes('{')) return words;
  return words.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key];
    if (value !== undefined) return value;
    const known = Object.keys(values)
      .map((name) => `{${name}}`)
      .join(', ');
    const message = `the template's words name ${placeholder}: only ${known} can be filled in`;
    throw new AdapterError('certificate.template', message, { retryable: false });
  });
}

const knownDates = new Map<string, Map<string, string>>();
/** Six years of days. */
const maxDates = 2_200;

/** A civil date in words, in the template's language. */
export function dateInWords(date: string, language: string): string {
  let known = knownDates.get(language);
  if (!known) {
    known = new Map();
    knownDates.set(language, known);
  }
  let words = known.get(date);
  if (words === undefined) {
    if (known.size >= maxDates) known.clear();
    words = printed(localeOf(language).date(date));
    known.set(date, words);
  }
  return words;
}

/** Words with a date in them, for one date after another. Remembered: a day has many certificates. */
export function datedWords({ values, language }: SharedContent, words: string): (date: string) => string {
  const known = new Map<string, string>();
  return (date) => {
    let text = known.get(date);
    if (text === undefined) {
      if (known.size >= maxDates) known.clear();
      text = filled(words, { ...values, date: dateInWords(date, language) });
      known.set(date, text);
    }
    return text;
  };
}

/** The program's address, so that the credential's code can follow. */
export function verifyBase(base: string): string {
  return /[/=#?]$/.test(base) ? base : `${base}/`;
}

/** Every text that certificates share, for the check that all of it can be printed. */
export function textsOf(shared: SharedContent): string[] {
  return [
    shared.achievementText,
    shared.programName,
    shared.sponsor,
    shared.verifyBase,
    ...shared.signatories.flatMap(({ name, title }) => [name, title]),
    ...Object.values(shared.words).filter((words) => words !== undefined),
    ...shared.sections.flatMap(({ lines }) => lines.flatMap(({ text, skills }) => [text, ...skills])),
  ];
}
