import MailComposer from 'nodemailer/lib/mail-composer';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { Email } from '../../ports/mailer.ts';

/**
 * An email as the bytes of a MIME message: text and HTML as alternatives, then the attachments. Non-ASCII names are
 * encoded words, non-ASCII file names as RFC 2231 says. Rejects with `mail.header`, never retryable, where a field
 * could break out of its header.
 */
export async function composeMime(email: Email): Promise<Uint8Array> {
  refuseUnsafeFields(email);
  const { from, to, replyTo, subject, text, html } = email;
  const composer = new MailComposer({
    from,
    to,
    ...(replyTo !== undefined && { replyTo }),
    subject,
    text,
    html,
    attachments: email.attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      content: Buffer.from(content),
      contentDisposition: 'attachment',
    })),
    headers: {
      'Content-Language': email.language,
      // RFC 3834: answering machines leave such mail alone.
      'Auto-Submitted': 'auto-generated',
    },
    newline: 'win',
    // Nothing in an email may make the composer read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** One line of sound Unicode. */
const lineRule = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u;
/** One bare address: no list, no display name, no comment. */
const addressRule = /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[A-Za-z0-9.-]+$/u;
const rules = {
  line: lineRule,
  address: addressRule,
  language: /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/,
  filename: /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}/\\:"<>|?*]+$/u,
  contentType: /^[a-z]+\/[a-z0-9.+-]+$/,
} as const;

function refuseUnsafeFields(email: Email): void {
  const fields: [name: string, rule: keyof typeof rules, value: string][] = [
    ['from.name', 'line', email.from.name],
    ['from.address', 'address', email.from.address],
    ['to.name', 'line', email.to.name],
    ['to.address', 'address', email.to.address],
    ['subject', 'line', email.subject],
    ['language', 'language', email.language],
    ...(email.replyTo === undefined ? [] : [['replyTo', 'address', email.replyTo] as ['replyTo', 'address', string]]),
    ...email.attachments.flatMap(({ filename, contentType }): [string, keyof typeof rules, string][] => [
      ['attachment.filename', 'filename', filename],
      ['attachment.contentType', 'contentType', contentType],
    ]),
  ];
  const unsafe = fields.find(([, rule, value]) => !rules[rule].test(value));
  // The field's name alone: its value may be a name or an address.
  if (unsafe)
    throw new AdapterError('mail.header', `${unsafe[0]}: cannot stand in a mail header`, { retryable: false });
}
