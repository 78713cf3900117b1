import credentialWords from '../../templates/email/credential.json' with { type: 'json' };
import lapseWords from '../../templates/email/lapse-warning.json' with { type: 'json' };
import layout from '../../templates/email/layout.json' with { type: 'json' };
import { documentFilename } from '../domain/credential.ts';
import type { CivilDate } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Email } from '../ports/mailer.ts';
import type { ComposeEmail, EmailContent } from './deliver.ts';

type Block = { paragraph: string } | { link: string };
type Words = { subject: string; greeting: string };
type Values = Record<string, string>;

/**
 * The email of a delivery, in the words of `templates/email/`. It says that there is a certificate and never which
 * one: the achievement stands in the attached PDF alone, no requirement is named, and the subject is neutral.
 */
export const composeEmail: ComposeEmail = (content) =>
  content.about === 'credential' ? credentialEmail(content) : lapseWarning(content);

function credentialEmail(content: EmailContent & { about: 'credential' }): Email {
  const { program, apprentice, delivery, credential, pdf } = content;
  const { paragraphs, replacement, closing } = credentialWords;
  const blocks: Block[] = [
    ...paragraphs.map(paragraph),
    { link: program.verifyUrl + credential.code },
    ...(credential.replaces === undefined ? [] : [paragraph(replacement)]),
    ...closing.map(paragraph),
  ];
  const values = { name: apprentice.name, sponsor: program.sponsor, office: program.email.fromName };
  return {
    ...envelope(content),
    to: { name: apprentice.name, address: delivery.to ?? apprentice.email },
    language: credentialWords.language,
    ...written(credentialWords, credentialWords.language, blocks, values),
    attachments: [{ filename: documentFilename(credential), contentType: 'application/pdf', content: pdf }],
  };
}

function lapseWarning(content: EmailContent & { about: 'lapse-warning' }): Email {
  const { program, apprentice, delivery, expiresOn } = content;
  const { language } = lapseWords;
  const words = lapseWords[content.to];
  const { contact, fromName } = program.email;
  const to =
    content.to === 'apprentice'
      ? { name: apprentice.name, address: apprentice.email }
      : contact && { name: fromName, address: contact };
  if (!to)
    throw new AdapterError('program.no-contact', 'email.contact: the program names none to warn', { retryable: false });
  const values = {
    name: apprentice.name,
    sponsor: program.sponsor,
    office: fromName,
    enrollment: delivery.enrollment,
    date: longDate(expiresOn, language),
  };
  const blocks = [...words.paragraphs, ...words.closing].map(paragraph);
  return { ...envelope(content), to, language, ...written(words, language, blocks, values), attachments: [] };
}

function envelope({ program, delivery }: EmailContent): Pick<Email, 'from' | 'replyTo' | 'tags'> {
  const { from, fromName, replyTo } = program.email;
  return {
    from: { name: fromName, address: from },
    ...(replyTo !== undefined && { replyTo }),
    tags: {
      program: delivery.program,
      enrollment: delivery.enrollment,
      delivery: delivery.deliveryId,
      attempt: String(delivery.attempt),
    },
  };
}

/** One content, as plain text and as HTML. Values are escaped where they enter the HTML, and nowhere else. */
function written(
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

function paragraph(text: string): Block {
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

function longDate(date: CivilDate, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  );
}
