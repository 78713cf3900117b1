import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent } from '../../ports/certificate-engine.ts';

/** Text as it is printed: composed characters, and no line break or tab of its own. */
export function printed(text: string): string {
  return text.normalize('NFC').replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ');
}

/**
 * The content with every text as it is printed, and the template's words filled in but for those with a date or a page
 * number of their own. What is checked and drawn is this.
 */
export function printedContent(given: CertificateContent): CertificateContent {
  const content = mapTexts(given) as CertificateContent;
  const { statement, skillSetStatement, completedOn, issuedOn, page, ...words } = content.template.words;
  const values = valuesOf(content);
  const whole = Object.fromEntries(
    Object.entries(words).map(([key, text]) => [key, filled(text ?? '', values)]),
  ) as typeof words;
  const template = {
    ...content.template,
    words: { ...whole, statement, skillSetStatement, completedOn, issuedOn, page },
  };
  return { ...content, template };
}

/** What the placeholders of a template stand for. `date` is that of completion, unless another is given. */
export function valuesOf(content: CertificateContent, date = content.facts.completedOn): Record<string, string> {
  const { program, template, achievementText } = content;
  return {
    program: program.name,
    sponsor: program.sponsor,
    achievement: achievementText,
    date: dateInWords(date, template.language),
  };
}

/** The title: a skill set's certificate may have its own. */
export function titleOf({ achievement, template: { words } }: CertificateContent): string {
  return achievement === 'completion' ? words.title : (words.skillSetTitle ?? words.title);
}

function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return printed(value);
  if (Array.isArray(value)) return value.map(mapTexts);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item)]));
}

/** Fills `{program}` and the like. A template that names anything else is wrong, and is so at every attempt. */
export function filled(words: string, values: Record<string, string>): string {
  return words.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key];
    if (value === undefined) {
      throw new AdapterError(
        'certificate.template',
        `the template's words name ${placeholder}: only ${placeholders(values)} can be filled in`,
        {
          retryable: false,
        },
      );
    }
    return value;
  });
}

function placeholders(values: Record<string, string>): string {
  return Object.keys(values)
    .map((key) => `{${key}}`)
    .join(', ');
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** A civil date in words, in the template's language. */
export function dateInWords(date: string, language: string): string {
  // Making a format costs more than setting the page that it is for.
  const format = dateFormats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  dateFormats.set(language, format);
  return printed(format.format(new Date(`${date}T00:00:00Z`)));
}

/** Where a certificate can be checked, in two parts: the program's address and the credential's code after it. */
export function verificationAddress(content: CertificateContent): { base: string; code: string } {
  const base = content.program.verifyUrl;
  return { base: /[/=#?]$/.test(base) ? base : `${base}/`, code: content.code };
}

/** Every text that appears on the pages, for the check that all of it can be printed. */
export function textsOf(content: CertificateContent): string[] {
  const { program, template, transcript } = content;
  return [
    content.facts.name,
    content.achievementText,
    content.credentialId,
    content.code,
    program.name,
    program.sponsor,
    program.verifyUrl,
    ...program.signatories.flatMap(({ name, title }) => [name, title]),
    ...Object.values(template.words).filter((words) => words !== undefined),
    ...[transcript.skillSets, transcript.courses, transcript.certificates].flat().map(({ text }) => text),
    ...datesOf(content).map((date) => dateInWords(date, template.language)),
  ];
}

function datesOf({ facts, issuedOn, transcript }: CertificateContent): string[] {
  const lines = [transcript.skillSets, transcript.courses, transcript.certificates].flat();
  return [facts.completedOn, issuedOn, ...lines.map(({ on }) => on)];
}
