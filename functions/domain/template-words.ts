import * as z from 'zod';
import { exactly, oneLine } from './exactly.ts';

/** What stands for a fact in a template's words. */
export const placeholders = ['program', 'sponsor', 'achievement', 'date'] as const;
/** In `page` alone. */
export const pagePlaceholders = ['page', 'pages'] as const;

/** Wording in the template's language. Every text may name `{program}` and the like, `page` its own two. */
export const wordsSchema = () =>
  exactly({
    title: words(80),
    /** The title of a skill set's certificate; without it, `title`. */
    skillSetTitle: words(80).optional(),
    presentedTo: words(120),
    statement: words(400),
    skillSetStatement: words(400),
    completedOn: words(80),
    issuedOn: words(80),
    credential: words(80),
    verify: words(160),
    transcriptTitle: words(80),
    skillSets: words(80),
    courses: words(80),
    certificates: words(80),
    dateCompleted: words(80),
    page: words(80, pagePlaceholders),
    notAgency: words(300),
    /** Read aloud where the QR code stands; without it, `verify`. */
    qrCode: words(160).optional(),
    /** Read aloud where the digital signature stands. */
    digitalSignature: words(160).optional(),
  });

function words(max: number, known: readonly string[] = placeholders) {
  return oneLine(max).check(
    z.superRefine((text: string, context) => {
      const fault = placeholderFault(text, known);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    }),
  );
}

function placeholderFault(text: string, known: readonly string[]): string | undefined {
  const wrong = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, name = '']) => !known.includes(name));
  if (wrong) return `${wrong[0]} is not a placeholder; use ${listed(known)}`;
  if (/[{}]/.test(text.replace(/\{[^{}]*\}/g, ''))) {
    return `a brace stands alone; leave it out, or write ${listed(known)}`;
  }
  return undefined;
}

/** `{program}, {sponsor} or {date}` */
function listed(names: readonly string[]): string {
  const braced = names.map((name) => `{${name}}`);
  return `${braced.slice(0, -1).join(', ')} or ${braced.at(-1)}`;
}

/** A BCP 47 tag in whose language this system can write a date. */
export const languageSchema = () => z.string().check(z.maxLength(35), z.superRefine(refuseLanguage));

function refuseLanguage(tag: string, context: z.RefinementCtx): void {
  const fault = languageFault(tag);
  if (fault) context.addIssue({ code: 'custom', message: fault });
}

function languageFault(tag: string): string | undefined {
  const example = 'give a BCP 47 tag such as en-US, es or ar';
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical !== tag) return `"${tag}" is written ${canonical}`;
  } catch {
    return `"${tag}" is no language tag; ${example}`;
  }
  // Unknown languages fall back to that of the machine, which differs from one to the next.
  if (Intl.DateTimeFormat.supportedLocalesOf(tag).length === 0) {
    return `dates cannot be written in "${tag}"; ${example}`;
  }
  return undefined;
}

/** Scripts that are written from right to left, by ISO 15924. */
const rightToLeft = new Set(['Adlm', 'Arab', 'Aran', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa']);

/** The way that a language is written, where its template does not say. */
export function directionOf(template: { language: string; direction?: 'ltr' | 'rtl' | undefined }): 'ltr' | 'rtl' {
  if (template.direction) return template.direction;
  return rightToLeft.has(new Intl.Locale(template.language).maximize().script ?? '') ? 'rtl' : 'ltr';
}
