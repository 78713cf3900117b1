import { eventsOf } from './ses-events.ts';
import type { FaultSwitch, SendFault } from './ses-faults.ts';
import { type Mailbox, newMessageId, type StoredMail } from './ses-mailbox.ts';
import {
  addressesOf,
  addressFault,
  headerValue,
  maxRawBytes,
  type RawMessage,
  readRawMessage,
  repeatedHeader,
  rewriteForDelivery,
} from './ses-message.ts';
import type { Outbox } from './ses-outbox.ts';
import type { SendQuota } from './ses-quota.ts';

/** What SES refuses a call with: an error code of its own and a message. */
export interface SesRefusal {
  status: number;
  code: string;
  message: string;
}

export type SendOutcome = { messageId: string; fault?: SendFault } | { refusal: SesRefusal } | { closed: true };

export interface SendingService {
  mailbox: Mailbox;
  outbox: Outbox;
  faults: FaultSwitch;
  quota: SendQuota;
  /** Whether mail may come from this address. */
  isVerified(address: string): boolean;
  /** Undefined: any configuration set exists. */
  configurationSets?: string[];
}

const maxRecipients = 50;

/**
 * SendRawEmail. A mail that is accepted is in the mailbox, and its events are in the outbox, before the answer; one that is refused
 * leaves nothing.
 */
export async function sendRawEmail(service: SendingService, form: URLSearchParams, now: Date): Promise<SendOutcome> {
  const raw = Buffer.from(form.get('RawMessage.Data') ?? '', 'base64');
  if (raw.length > maxRawBytes) {
    return refuse('InvalidParameterValue', `Message length is more than ${maxRawBytes} bytes long: '${raw.length}'.`);
  }
  const message = raw.length > 0 ? await readRawMessage(raw) : undefined;
  if (!message) return refuse('InvalidParameterValue', 'The raw message has no valid header section.');
  const envelope = readEnvelope(form, message);
  const refusal = envelopeFault(service, message, envelope);
  if (refusal) return { refusal };
  const fault = service.faults.takeSendFault(envelope.destinations);
  if (fault === 'close-before') return { closed: true };
  if (fault === 'throttle') return refuse('Throttling', 'Maximum sending rate exceeded.');
  if (fault === 'unavailable') return refuse('ServiceUnavailable', 'Service is unavailable.', 503);
  if (fault === 'reject') return refuse('MessageRejected', 'Message was rejected by a fault set at /faults.');
  const overQuota = service.quota.take(envelope.destinations.length, now.getTime());
  if (overQuota) return refuse('Throttling', overQuota);

  const mail: StoredMail = {
    id: newMessageId(now.getTime()),
    acceptedAt: now.toISOString(),
    ...envelope,
    from: headerValue(message, 'from') ?? envelope.source,
    subject: message.parsed.subject ?? '',
    sizeBytes: raw.length,
    attachments: message.parsed.attachments.map(({ filename, mimeType }) => filename ?? mimeType),
  };
  const delivered = rewriteForDelivery(message, mail.id, now);
  if (mail.configurationSet) {
    const headers = message.fields.map(({ name }) => ({ name, value: headerValue(message, name.toLowerCase()) ?? '' }));
    await service.outbox.plan(mail.id, mail.configurationSet, service.faults.planEvents(eventsOf(mail, headers)));
  }
  await service.mailbox.store(mail, delivered);
  service.outbox.release(mail.id);
  return { messageId: mail.id, ...(fault ? { fault } : {}) };
}

type Envelope = Pick<StoredMail, 'source' | 'destinations' | 'configurationSet' | 'tags'>;

/** Parameters win over the headers that say the same. */
function readEnvelope(form: URLSearchParams, message: RawMessage): Envelope {
  const destinations = members(form, 'Destinations').map(({ value }) => value);
  const inHeaders = ['to', 'cc', 'bcc'].flatMap((name) => addressesOf(headerValue(message, name) ?? ''));
  const configurationSet = form.get('ConfigurationSetName') ?? headerValue(message, 'x-ses-configuration-set');
  return {
    source: form.get('Source') ?? addressesOf(headerValue(message, 'from') ?? '')[0] ?? '',
    destinations: destinations.length > 0 ? destinations.flatMap((each) => addressesOf(each)[0] ?? each) : inHeaders,
    ...(configurationSet ? { configurationSet } : {}),
    tags: readTags(form, headerValue(message, 'x-ses-message-tags') ?? ''),
  };
}

function readTags(form: URLSearchParams, header: string): Record<string, string> {
  const tags: [string, string][] = header
    .split(/[,;]\s*/)
    .filter(Boolean)
    .map((tag) => [tag.split('=')[0]?.trim() ?? '', tag.slice(tag.indexOf('=') + 1).trim()]);
  for (const { prefix } of members(form, 'Tags')) {
    tags.push([form.get(`${prefix}.Name`) ?? '', form.get(`${prefix}.Value`) ?? '']);
  }
  return Object.fromEntries(tags);
}

/** `Name.member.1`, `Name.member.2`… in their order. */
function members(form: URLSearchParams, name: string): { prefix: string; value: string }[] {
  const found: { prefix: string; value: string }[] = [];
  for (let index = 1; ; index += 1) {
    const prefix = `${name}.member.${index}`;
    const value = form.get(prefix);
    if (value === null && !form.has(`${prefix}.Name`)) return found;
    found.push({ prefix, value: value ?? '' });
  }
}

function envelopeFault(service: SendingService, message: RawMessage, envelope: Envelope): SesRefusal | undefined {
  const { source, destinations, configurationSet, tags } = envelope;
  const invalid = (text: string) => ({ status: 400, code: 'InvalidParameterValue', message: text });
  if (headerValue(message, 'from') === undefined) return invalid("Missing required header 'From'.");
  const repeated = repeatedHeader(message);
  if (repeated) return invalid(`Duplicate header '${repeated}'.`);
  if (destinations.length === 0) return invalid("Missing required header 'To'.");
  if (destinations.length > maxRecipients) return invalid(`Recipient count exceeds ${maxRecipients}.`);
  const senders = [...addressesOf(source), ...addressesOf(headerValue(message, 'from') ?? '')];
  for (const address of [...senders, ...destinations]) {
    const fault = addressFault(address);
    if (fault) return invalid(fault);
  }
  const badTag = Object.entries(tags).find(([name, value]) =>
    [name, value].some((text) => !/^[\w-]{1,256}$/.test(text)),
  );
  if (badTag)
    return invalid(`Invalid tag '${badTag[0]}': only alphanumeric ASCII characters, '_' and '-' are allowed.`);
  if (configurationSet && service.configurationSets && !service.configurationSets.includes(configurationSet)) {
    return {
      status: 400,
      code: 'ConfigurationSetDoesNotExist',
      message: `Configuration set <${configurationSet}> does not exist.`,
    };
  }
  const unverified = [...new Set(senders)].filter((address) => !service.isVerified(address));
  if (unverified.length === 0 && senders.length > 0) return undefined;
  return {
    status: 400,
    code: 'MessageRejected',
    message: `Email address is not verified. The following identities failed the check in region US-EAST-1: ${unverified.join(', ')}`,
  };
}

function refuse(code: string, message: string, status = 400): SendOutcome {
  return { refusal: { status, code, message } };
}
