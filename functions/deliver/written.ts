import layout from '../../templates/email/layout.json' with { type: 'json' };
import type { CivilDate } from '../domain/time.ts';
import type { Email } from '../ports/mailer.ts';

export type Block = { paragraph: string } | { link: string };
type Words = { subject: string; greeting: string };
type Values = Record<string, string>;

/** One content, as plain text and as HTML. Values are escaped where they enter the HTML, and nowhere else. */
export function written(
  words: Words,
  language: string,
  blocks: readonly Block[],
  values: Values,
): Pick<Email, 'subject' | 'text' | 'html'> {
  const subject = filled(words.subject, values);
  const all = [paragraph(words.greeting), ...blocks];
  const texts = all.map((block) => ('link' in block ? block.link : filled(block.paragraph, values)));
  const htmls = all.map((block, i) => {
    const text = escaped(texts[i] as string);
    return 'link' in block ? filled(layout.link, { address: text }) : filled(layout.paragraph, { text });
  });
  const html = filled(layout.page.join('\n'), { language, subject: escaped(subject), content: htmls.join('\n') });
  return { subject, text: `${texts.join('\n\n')}\n`, html: `${html}\n` };
}

export function paragraph(text: string): Block {
  return { paragraph: text };
}

/** Fills `{placeholders}`, in one pass: what a value holds is never read as a placeholder. */
function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

const entities: Values = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

export function longDate(date: CivilDate, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  );
}
