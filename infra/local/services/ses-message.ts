import PostalMime, { addressParser, type Email } from 'postal-mime';

/** The largest raw message that SES v1 takes, in bytes. */
export const maxRawBytes = 10 * 1024 * 1024;

/** Headers that SES reads as instructions and that no recipient sees. */
const instructionHeaders = ['x-ses-configuration-set', 'x-ses-message-tags', 'x-ses-source-arn', 'x-ses-from-arn'];

export interface RawMessage {
  /** Header fields as they stand, folded lines included, without their line ends. */
  fields: { name: string; text: string }[];
  body: Buffer;
  parsed: Email;
}

/** Takes a raw message apart. Undefined where it has no header section that could be one. */
export async function readRawMessage(raw: Buffer): Promise<RawMessage | undefined> {
  const separator = /\r?\n\r?\n/.exec(raw.toString('latin1'));
  const headerText = raw.subarray(0, separator?.index ?? raw.length).toString('utf8');
  const body = separator ? raw.subarray(separator.index + separator[0].length) : Buffer.alloc(0);
  const fields: RawMessage['fields'] = [];
  for (const line of headerText.split(/\r?\n/)) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last) {
      last.text += `\r\n${line}`;
      continue;
    }
    const name = /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1];
    if (!name) return undefined;
    fields.push({ name, text: line });
  }
  return { fields, body, parsed: await PostalMime.parse(raw) };
}

/** A header's value, unfolded, not decoded; undefined where it is missing. */
export function headerValue(message: RawMessage, name: string): string | undefined {
  const field = message.fields.find((each) => each.name.toLowerCase() === name);
  return field?.text
    .slice(field.text.indexOf(':') + 1)
    .replace(/\r\n(?=[ \t])/g, '')
    .trim();
}

/** A header that the message has twice though RFC 5322 allows one. SES refuses such a message. */
export function repeatedHeader(message: RawMessage): string | undefined {
  const once = ['from', 'to', 'cc', 'bcc', 'subject', 'reply-to', 'sender', 'date', 'message-id', 'mime-version'];
  const seen = new Set<string>();
  for (const { name } of message.fields) {
    const lower = name.toLowerCase();
    if (once.includes(lower) && seen.has(lower)) return name;
    seen.add(lower);
  }
  return undefined;
}

/**
 * The message as SES passes it on: Message-ID replaced by SES's own, Date added where missing, Bcc and instructions to SES removed;
 * everything else byte for byte.
 */
export function rewriteForDelivery(message: RawMessage, messageId: string, acceptedAt: Date): Buffer {
  const dropped = new Set([...instructionHeaders, 'bcc', 'message-id', 'return-path']);
  const kept = message.fields.filter(({ name }) => !dropped.has(name.toLowerCase()));
  const added = [`Message-ID: <${messageId}@email.amazonses.com>`];
  if (!kept.some(({ name }) => name.toLowerCase() === 'date')) {
    added.push(`Date: ${acceptedAt.toUTCString().replace('GMT', '+0000')}`);
  }
  const head = [...kept.map(({ text }) => text), ...added].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), message.body]);
}

/** Plain `local@domain` addresses in an address header or a list of them; groups are flattened. */
export function addressesOf(text: string): string[] {
  return addressParser(text, { flatten: true }).flatMap((each) =>
    'address' in each && each.address ? [each.address] : [],
  );
}

/** Why SES would refuse an address, in its words; undefined for one that it takes. */
export function addressFault(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (at <= 0 || at === address.length - 1) return "Missing final '@domain'";
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (/[\s\p{Cc}]/u.test(local)) return 'Local address contains control or whitespace';
  if (/\P{ASCII}/u.test(local)) return 'Local address contains illegal characters in user name';
  if (/[\s\p{Cc}]/u.test(domain)) return 'Domain contains control or whitespace';
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(domain)) return 'Domain contains illegal character';
  return undefined;
}
