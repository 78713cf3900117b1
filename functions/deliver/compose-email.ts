import credentialWords from '../../templates/email/credential.json' with { type: 'json' };
import lapseWords from '../../templates/email/lapse-warning.json' with { type: 'json' };
import { documentFilename } from '../domain/credential.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Email } from '../ports/mailer.ts';
import type { ComposeEmail, EmailContent } from './deliver.ts';
import { type Block, longDate, paragraph, written } from './written.ts';

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
